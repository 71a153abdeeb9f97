//! HTTP/2: hyper's server and client with toque's `Executor` and `Timer`; hyper-util's `auto` builder and its graceful shutdown;
//! the h2 crate by itself; and `h2load` (Debian: `apt-get install nghttp2-client`) as a judge from outside.
//!
//! The services hold an `Rc`: with toque's `Executor` neither they nor their bodies need be `Send`.

use std::cell::Cell;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use ecosystem::run::{Result, on_each_reactor, skip};
use futures_util::future::try_join_all;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use toque::compat::hyper::{Executor, Timer};
use toque::io::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::process::Command;
use toque::sync::{Barrier, oneshot};

/// What the servers send: hyper asks for no `Send`.
type Dish = Pin<Box<dyn Body<Data = Bytes, Error = hyper::Error>>>;

/// A part of the mountain.
const CHUNK: usize = 16 << 10;
/// How many parts: 8 MiB in all.
const CHUNKS: usize = 512;

/// What the requests of a test share.
struct Kitchen {
    /// Connections so far.
    connections: Cell<usize>,
    /// Parts of the mountain that hyper has taken from its stream.
    brought: Cell<usize>,
    /// Where requests wait for each other.
    meeting: Barrier,
}

impl Kitchen {
    fn new(meeting: usize) -> Rc<Kitchen> {
        Rc::new(Kitchen {
            connections: Cell::new(0),
            brought: Cell::new(0),
            meeting: Barrier::new(meeting),
        })
    }

    async fn answer(
        self: Rc<Self>,
        request: Request<Incoming>,
    ) -> std::result::Result<Response<Dish>, Infallible> {
        let dish: Dish = match request.uri().path() {
            "/soup" => soup(),
            "/echo" => Box::pin(request.into_body()),
            "/mountain" => self.mountain(),
            "/together" => {
                self.meeting.wait().await;
                soup()
            }
            "/slow" => {
                self.meeting.wait().await; // it has begun
                self.meeting.wait().await; // it may end
                soup()
            }
            path => unreachable!("{path}"),
        };
        Ok(Response::new(dish))
    }

    /// A body that is made as it is sent.
    fn mountain(self: Rc<Self>) -> Dish {
        let parts = (0..CHUNKS).map(move |_| {
            self.brought.set(self.brought.get() + 1);
            Ok(Frame::data(Bytes::from_static(&[b'm'; CHUNK])))
        });
        Box::pin(StreamBody::new(stream::iter(parts)))
    }
}

fn soup() -> Dish {
    Box::pin(Full::from("soup").map_err(|never| match never {}))
}

/// Serves HTTP/2 alone, with hyper's own builder. The connections are tasks of the runtime.
async fn serve(kitchen: Rc<Kitchen>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let addr = listener.local_addr()?;
    toque::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            kitchen.connections.set(kitchen.connections.get() + 1);
            stream.set_nodelay(true).unwrap();
            let kitchen = kitchen.clone();
            let service = service_fn(move |request| kitchen.clone().answer(request));
            let mut server = hyper::server::conn::http2::Builder::new(Executor);
            server.timer(Timer).max_concurrent_streams(250);
            toque::spawn(server.serve_connection(stream, service));
        }
    });
    Ok(addr)
}

/// Serves HTTP/1 and HTTP/2 on one port until told to stop; then takes nobody in, and waits until all have been served.
async fn serve_until(kitchen: Rc<Kitchen>, listener: TcpListener, stop: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let accept = async {
        while let Ok((stream, _)) = listener.accept().await {
            let kitchen = kitchen.clone();
            let service = service_fn(move |request| kitchen.clone().answer(request));
            let mut server = auto::Builder::new(Executor);
            server.http1().timer(Timer);
            server.http2().timer(Timer);
            let connection = server.serve_connection(stream, service).into_owned();
            toque::spawn(graceful.watch(connection));
        }
    };
    toque::select! {
        _ = accept => {}
        _ = stop => {}
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Connects, with a window for each stream that is the protocol's own: hyper's would let 2 MiB come unread.
async fn connect(addr: SocketAddr) -> Result<http2::SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut client = http2::Builder::new(Executor);
    client.timer(Timer).initial_stream_window_size(65_535);
    let (sender, connection) = client.handshake(stream).await?;
    toque::spawn(connection);
    Ok(sender)
}

fn get(path: &str) -> Request<Full<Bytes>> {
    request("GET", path, Bytes::new())
}

fn request(method: &str, path: &str, body: Bytes) -> Request<Full<Bytes>> {
    let builder = Request::builder().method(method);
    let builder = builder.uri(format!("http://localhost{path}"));
    builder.body(Full::new(body)).unwrap()
}

async fn body(response: Response<Incoming>) -> Result<Bytes> {
    assert_eq!(response.status(), StatusCode::OK);
    Ok(response.into_body().collect().await?.to_bytes())
}

#[test]
fn a_hundred_requests_share_one_connection_at_once() {
    on_each_reactor(async || {
        let kitchen = Kitchen::new(100);
        let sender = connect(serve(kitchen.clone()).await?).await?;
        // None is answered before the last has come.
        let answers = (0..100).map(|_| {
            let mut sender = sender.clone();
            async move { body(sender.send_request(get("/together")).await?).await }
        });
        let answers = try_join_all(answers).await?;
        assert!(answers.iter().all(|answer| answer == "soup"));
        assert_eq!(kitchen.connections.get(), 1);
        Ok(())
    });
}

#[test]
fn a_body_that_nobody_reads_is_not_made() {
    on_each_reactor(async || {
        let kitchen = Kitchen::new(1);
        let mut sender = connect(serve(kitchen.clone()).await?).await?;
        let mountain = sender.send_request(get("/mountain")).await?;
        // The connection goes on meanwhile, and the mountain could have come.
        for _ in 0..20 {
            assert_eq!(
                body(sender.send_request(get("/soup")).await?).await?,
                "soup"
            );
        }
        // A window of 64 KiB, and the 400 KiB that hyper keeps ready to be sent.
        let brought = kitchen.brought.get() * CHUNK;
        assert!((1..1 << 20).contains(&brought), "{brought} bytes");
        assert_eq!(body(mountain).await?.len(), CHUNKS * CHUNK);
        Ok(())
    });
}

#[test]
fn a_large_body_goes_there_and_back() {
    on_each_reactor(async || {
        let mut sender = connect(serve(Kitchen::new(1)).await?).await?;
        let sent: Bytes = (0..8 << 20).map(|n: u32| (n >> 8) as u8).collect();
        let answer = sender
            .send_request(request("POST", "/echo", sent.clone()))
            .await?;
        assert!(body(answer).await? == sent);
        Ok(())
    });
}

#[test]
fn a_peer_that_answers_no_ping_is_left_when_the_timer_says_so() {
    on_each_reactor(async || {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        let mut server = hyper::server::conn::http2::Builder::new(Executor);
        let patience = Duration::from_millis(20);
        server.timer(Timer);
        server
            .keep_alive_interval(patience)
            .keep_alive_timeout(patience);
        let kitchen = Kitchen::new(1);
        let service = service_fn(move |request| kitchen.clone().answer(request));
        let end = toque::spawn(server.serve_connection(listener.accept().await?.0, service));

        client
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .await?;
        client.write_all(b"\0\0\0\x04\0\0\0\0\0").await?; // SETTINGS, with none
        client.read_to_end(&mut Vec::new()).await?; // it ends
        let error = end.await?.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        Ok(())
    });
}

#[test]
fn a_graceful_shutdown_lets_requests_of_both_protocols_finish() {
    on_each_reactor(async || {
        let kitchen = Kitchen::new(3);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let server = toque::spawn(serve_until(kitchen.clone(), listener, stopped));

        let mut new = connect(addr).await?;
        let mut idle = connect(addr).await?;
        body(
            idle.send_request(request("POST", "/echo", "it works".into()))
                .await?,
        )
        .await?;
        let (mut old, connection) = http1::handshake(TcpStream::connect(addr).await?).await?;
        toque::spawn(connection);
        let by_2 = toque::spawn(new.send_request(get("/slow")));
        let by_1 = toque::spawn(old.send_request(get("/slow")));
        kitchen.meeting.wait().await; // both have begun

        stop.send(()).unwrap();
        while TcpStream::connect(addr).await.is_ok() {} // nobody is taken in any more
        assert!(!server.is_finished());
        kitchen.meeting.wait().await; // both may end
        assert_eq!(body(by_2.await??).await?, "soup");
        let answer = by_1.await??;
        assert_eq!(answer.headers()["connection"], "close");
        assert_eq!(body(answer).await?, "soup");
        server.await?; // though the idle client is still there
        assert!(idle.send_request(get("/soup")).await.is_err());
        Ok(())
    });
}

#[test]
fn h2load_has_ten_thousand_requests_answered() {
    on_each_reactor(async || {
        let addr = serve(Kitchen::new(1)).await?;
        let mut command = Command::new("h2load");
        command.args([
            "--requests=10000",
            "--clients=10",
            "--max-concurrent-streams=20",
        ]);
        let output = match command.arg(format!("http://{addr}/soup")).output().await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                skip("h2load", "nghttp2-client");
                return Ok(());
            }
            output => output?,
        };
        let report = String::from_utf8(output.stdout)?;
        let all = "requests: 10000 total, 10000 started, 10000 done, 10000 succeeded, 0 failed, 0 errored, 0 timeout";
        assert!(report.contains(all), "{report}");
        assert!(report.contains("status codes: 10000 2xx"), "{report}");
        Ok(())
    });
}

#[test]
fn h2_by_itself_takes_the_streams_of_feature_tokio_io() {
    on_each_reactor(async || {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let stream = TcpStream::connect(listener.local_addr()?).await?;
        let server = toque::spawn(h2_server(listener));

        let (mut sender, connection) = h2::client::handshake(stream).await?;
        let connection = toque::spawn(connection);
        let request = Request::get("http://localhost/").body(())?;
        let (answer, mut body) = sender.send_request(request, false)?;
        body.send_data("soup".into(), true)?;
        let mut answer = answer.await?.into_body();
        let mut all = Vec::new();
        while let Some(data) = answer.data().await {
            all.extend_from_slice(&data?);
        }
        assert_eq!(all, b"soup");

        drop((sender, body, answer)); // the last of the client's handles ends the connection
        connection.await??;
        server.await?.map_err(Into::into)
    });
}

/// Gives the one client's data back, as they come.
async fn h2_server(listener: TcpListener) -> std::result::Result<(), h2::Error> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut answer) = request?;
        let mut echo = answer.send_response(Response::new(()), false)?;
        // A task of its own: it is the connection, polled by `accept`, that moves the data.
        toque::spawn(async move {
            let mut body = request.into_body();
            while let Some(data) = body.data().await {
                echo.send_data(data.unwrap(), false).unwrap();
            }
            echo.send_data(Bytes::new(), true).unwrap();
        });
    }
    Ok(())
}
