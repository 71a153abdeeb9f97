//! hyper's HTTP/1 server and client on toque, in one runtime.

use std::cell::Cell;
use std::convert::Infallible;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::rt::{Executor as _, Read as HyperRead, Write as HyperWrite};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use toque::compat::hyper::{Executor, Io, Timer};
use toque::io::Async;
use toque::net::{TcpListener, TcpStream};
use toque::{Runtime, spawn};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a test's future. One that hangs fails instead.
fn run(test: impl Future<Output = Result>) {
    let limit = Duration::from_secs(120);
    let runtime = Runtime::new().unwrap();
    let result = runtime.block_on(async { toque::time::timeout(limit, test).await });
    result.expect("the test hangs").unwrap();
}

/// Serves one connection: each request's body comes back in its answer.
fn serve(stream: impl HyperRead + HyperWrite + Unpin + 'static, patience: Duration) {
    let orders = Rc::new(Cell::new(0)); // not `Send`, and need not be
    let service = service_fn(move |request: Request<Incoming>| {
        let orders = orders.clone();
        async move {
            orders.set(orders.get() + 1);
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let response = Response::builder().header("order", orders.get());
            Ok::<_, Infallible>(response.body(Full::new(body)).unwrap())
        }
    });
    spawn(async move {
        let mut server = hyper::server::conn::http1::Builder::new();
        server.timer(Timer).header_read_timeout(patience);
        server.half_close(true);
        server.serve_connection(stream, service).await
    });
}

/// Sends bodies of several sizes over one connection and wants them back.
async fn order(stream: impl HyperRead + HyperWrite + Unpin + 'static) -> Result {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    Executor.execute(async move { connection.await.unwrap() });
    for (number, size) in [0, 5, 5000, 2 << 20].into_iter().enumerate() {
        let body = Bytes::from(vec![number as u8; size]);
        let request = Request::post("/sandwiches")
            .header("host", "toque")
            .body(Full::new(body.clone()))?;
        let response = sender.send_request(request).await?;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["order"], format!("{}", number + 1)); // kept alive
        let answer = response.into_body().collect().await?.to_bytes();
        assert!(answer == body, "{size} bytes");
    }
    Ok(())
}

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn requests_are_answered_over_tcp() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = TcpStream::connect(listener.local_addr()?).await?;
        serve(listener.accept().await?.0, PATIENCE);
        order(client).await
    });
}

#[test]
fn requests_are_answered_over_any_stream_in_io() {
    run(async {
        let (ours, theirs) = UnixStream::pair()?;
        serve(Io::new(Async::new(theirs)?), PATIENCE);
        order(Io::new(Async::new(ours)?)).await
    });
}

/// Says that it has read more than there was room for.
struct Liar;

impl futures_lite::AsyncRead for Liar {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(buf.len() + 1))
    }
}

#[test]
#[should_panic(expected = "a stream has read more than its buffer holds")]
fn a_stream_that_says_it_has_read_too_much_is_stopped() {
    let mut stream = Io::new(Liar);
    let mut memory = [0; 8];
    let mut buf = hyper::rt::ReadBuf::new(&mut memory);
    let mut cx = Context::from_waker(Waker::noop());
    let _ = HyperRead::poll_read(Pin::new(&mut stream), &mut cx, buf.unfilled());
}

#[test]
fn io_makes_a_hyper_stream_one_of_futures_io() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = TcpStream::connect(listener.local_addr()?).await?;
        // There and back again: one layer undoes the other.
        let mut client = Io::new(Hyper(client));
        let mut server = listener.accept().await?.0;
        client.write_all(b"soup").await?;
        client.close().await?;
        let mut order = String::new();
        server.read_to_string(&mut order).await?;
        assert_eq!(order, "soup");
        server.write_all(b"bread").await?;
        server.close().await?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await?;
        assert_eq!(answer, "bread");
        Ok(())
    });
}

#[test]
fn a_client_that_never_ends_its_head_is_left_when_the_timer_says_so() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        serve(listener.accept().await?.0, Duration::from_millis(50));
        client.write_all(b"GET / HTTP/1.1\r\nhost: ").await?;
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await?; // it ends
        Ok(())
    });
}

#[test]
fn data_and_end_in_one_segment_are_both_seen_by_hyper() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = std::net::TcpStream::connect(listener.local_addr()?)?;
        let mut request = &b"GET / HTTP/1.1\r\nhost: toque\r\nconnection: close\r\n\r\n"[..];
        std::io::copy(&mut request, &mut client)?;
        client.shutdown(std::net::Shutdown::Write)?;
        serve(listener.accept().await?.0, PATIENCE);
        let answer = toque::spawn_blocking(move || {
            let mut answer = String::new();
            client.read_to_string(&mut answer).map(|_| answer)
        });
        assert!(answer.await??.starts_with("HTTP/1.1 200 OK"));
        Ok(())
    });
}

/// A stream with hyper's traits only.
struct Hyper(TcpStream);

impl HyperRead for Hyper {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: hyper::rt::ReadBufCursor<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        HyperRead::poll_read(std::pin::Pin::new(&mut self.0), cx, buf)
    }
}

impl HyperWrite for Hyper {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        HyperWrite::poll_write(std::pin::Pin::new(&mut self.0), cx, buf)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        HyperWrite::poll_flush(std::pin::Pin::new(&mut self.0), cx)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        HyperWrite::poll_shutdown(std::pin::Pin::new(&mut self.0), cx)
    }
}
