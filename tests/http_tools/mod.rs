//! What the tests of `http` share: servers on a clock that stands still, and clients that speak bytes.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use toque::http::{Report, ServeHandle, ServerConfig, serve, service_fn};
use toque::net::{TcpListener, TcpStream};
use toque::time::Instant;
use toque::{Builder, JoinHandle};

pub(crate) type Answer = Result<Response<Full<Bytes>>, Infallible>;

pub(crate) const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub(crate) const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Runs a test on a clock that stands still and jumps when nobody is ready. Sockets are of this process: as long as bytes are on
/// their way, somebody is.
pub(crate) fn paused<F: Future>(test: F) -> F::Output {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.start_paused(true).build().unwrap();
    runtime.block_on(test)
}

/// A server at work.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    pub(crate) handle: ServeHandle,
    pub(crate) end: JoinHandle<Report>,
}

impl Server {
    pub(crate) async fn connect(&self) -> Client {
        let start = Instant::now(); // the server may accept before `connect` has returned
        let stream = TcpStream::connect(self.addr).await.unwrap();
        // Else the kernel holds back what is small, in real time, and the paused clock jumps over it.
        stream.set_nodelay(true).unwrap();
        Client { stream, start }
    }

    /// Stops it, and waits for its end.
    pub(crate) async fn stop(self) -> Report {
        self.handle.shutdown();
        self.end.await.unwrap()
    }
}

/// Serves with a handler.
pub(crate) async fn start<F, Fut>(config: ServerConfig, handler: F) -> Server
where
    F: Fn(Request<Incoming>) -> Fut + 'static,
    Fut: Future<Output = Answer> + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let handler = Rc::new(handler); // not `Send`, and need not be
    let server = serve(listener, service_fn(move |request| handler(request))).config(config);
    let handle = server.handle();
    let end = toque::spawn(server.into_future());
    Server { addr, handle, end }
}

/// Serves an echo: the body of a request comes back; one that cannot be read is answered with 408.
pub(crate) async fn start_echo(config: ServerConfig) -> Server {
    start(config, echo).await
}

pub(crate) async fn echo(request: Request<Incoming>) -> Answer {
    match request.into_body().collect().await {
        Ok(body) => ok(body.to_bytes()),
        Err(_) => {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
            Ok(response)
        }
    }
}

pub(crate) fn ok(body: impl Into<Bytes>) -> Answer {
    Ok(Response::new(Full::new(body.into())))
}

/// A client that speaks bytes.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) start: Instant,
}

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nhost: toque\r\n\r\n";

impl Client {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends a byte a second until the server has had enough.
    pub(crate) async fn drip(&mut self, bytes: &[u8]) {
        for byte in bytes {
            toque::time::sleep(secs(1)).await;
            if self.stream.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
    }

    /// What comes until the server closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes).await; // a reset is an end too
        String::from_utf8(bytes).unwrap()
    }

    /// The head of one answer.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            let n = self.stream.read(&mut byte).await.unwrap();
            assert_eq!(
                n,
                1,
                "the answer ends early: {:?}",
                String::from_utf8_lossy(&head)
            );
            head.push(byte[0]);
        }
        String::from_utf8(head).unwrap()
    }

    /// One answer with a `content-length`.
    pub(crate) async fn answer(&mut self) -> (String, String) {
        let head = self.head().await;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        (head, String::from_utf8(body).unwrap())
    }

    /// The time since it began to connect.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
