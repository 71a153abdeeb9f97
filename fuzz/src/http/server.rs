//! The server: `toque::http::serve` over a stream in memory, on a clock that stands still; and its client, who sends pieces.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use toque::Builder;
use toque::compat::hyper::Io;
use toque::http::{Listener, serve as serve_http, service_fn};
use toque::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use toque::time::{sleep, timeout};

/// A request that has reached the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Whole(Vec<u8>),
    /// It has ended too early, or not yet.
    Broken,
}

type Book = Rc<RefCell<Vec<Served>>>;

/// Room for all answers to one run: the client reads them at the end.
const ROOM: usize = 1 << 20;

/// Longer than all deadlines of a connection together.
const LONG: Duration = Duration::from_secs(3600);

/// Serves one client who sends these pieces: what has reached the service, and what the client was told.
pub(super) fn serve(pieces: Vec<Vec<u8>>, closes: bool) -> (Vec<Served>, Vec<u8>) {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (client, server) = duplex(ROOM);
        let book = Book::default();
        let listener = Once(Cell::new(Some(server)));
        let noted = book.clone();
        let service = service_fn(move |request| answer(request, noted.clone()));
        let server = serve_http(listener, service);
        let handle = server.handle();
        let server = toque::spawn(server.into_future());
        let told = attend(client, pieces, closes).await;
        handle.shutdown();
        let report = server.await.unwrap();
        assert_eq!(report.stats.panics, 0);
        (book.take(), told)
    })
}

/// Sends the pieces, and reads to the end.
async fn attend(mut client: DuplexStream, pieces: Vec<Vec<u8>>, closes: bool) -> Vec<u8> {
    for piece in pieces {
        if client.write_all(&piece).await.is_err() {
            break; // the server has had enough
        }
        sleep(Duration::from_millis(1)).await; // until the server has nothing to do any more
    }
    if closes {
        let _ = client.shutdown().await;
    }
    let mut told = Vec::new();
    let end = timeout(LONG, client.read_to_end(&mut told)).await;
    end.expect("the connection ends in its time").unwrap();
    told
}

/// A listener that has one connection.
struct Once(Cell<Option<DuplexStream>>);

impl Listener for Once {
    type Stream = Io<DuplexStream>;
    type Addr = &'static str;
    type Handshake = Ready<io::Result<Self::Stream>>;

    fn poll_accept(&self, _: &mut Context<'_>) -> Poll<io::Result<(Self::Handshake, Self::Addr)>> {
        match self.0.take() {
            Some(stream) => Poll::Ready(Ok((ready(Ok(Io::new(stream))), "the client"))),
            None => Poll::Pending,
        }
    }
}

/// Notes the request, and answers it with its own body.
async fn answer(
    request: Request<Incoming>,
    book: Book,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let number = book.borrow().len();
    book.borrow_mut().push(Served {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        body: Body::Broken,
    });
    let mut response = Response::new(Full::default());
    match request.into_body().collect().await {
        Ok(body) => {
            let body = body.to_bytes();
            book.borrow_mut()[number].body = Body::Whole(body.to_vec());
            *response.body_mut() = Full::new(body);
        }
        Err(_) => *response.status_mut() = hyper::StatusCode::REQUEST_TIMEOUT,
    }
    Ok(response)
}
