//! HTTP/2 in `http::serve`: told from HTTP/1 by its first bytes, with deadlines and a drain of its own.

mod http_tools;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use http_tools::*;
use hyper::client::conn::http2;
use hyper::{Request, StatusCode, Version};
use toque::compat::hyper::{Executor, Timer};
use toque::http::ServerConfig;
use toque::net::TcpStream;
use toque::time::Instant;
use toque::{JoinHandle, spawn};

type Sender = http2::SendRequest<Empty<Bytes>>;

fn config() -> ServerConfig {
    ServerConfig::new()
}

/// A client by prior knowledge, and the task of its connection.
async fn connect(server: &Server) -> (Sender, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(server.addr).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut client = http2::Builder::new(Executor);
    let (sender, connection) = client.timer(Timer).handshake(stream).await.unwrap();
    (sender, spawn(connection))
}

async fn get(sender: &mut Sender, path: &str) -> hyper::Result<(StatusCode, Bytes)> {
    let request = Request::get(format!("http://toque{path}"));
    let response = sender
        .send_request(request.body(Empty::new()).unwrap())
        .await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}

/// A kitchen that takes as many seconds as the path says.
async fn start_kitchen(config: ServerConfig) -> Server {
    start(config, |request| async move {
        assert_eq!(request.version(), Version::HTTP_2);
        let seconds = request.uri().path()[1..].parse().expect("a number");
        toque::time::sleep(secs(seconds)).await;
        ok("soup")
    })
    .await
}

#[test]
fn both_protocols_are_spoken_on_one_port() {
    paused(async {
        let server = start_echo(config()).await;
        let (mut sender, _connection) = connect(&server).await;
        assert_eq!(get(&mut sender, "/").await.unwrap().0, 200);
        let mut client = server.connect().await;
        client.send(GET).await;
        assert!(client.head().await.starts_with("HTTP/1.1 200 "));
        assert_eq!(client.elapsed(), secs(0));
    });
}

#[test]
fn the_first_bytes_have_their_deadlines_while_the_protocol_is_unknown() {
    // hyperium/hyper#3756, #3962
    paused(async {
        let server = start_echo(config()).await;
        let mut silent = server.connect().await;
        let mut half = server.connect().await;
        half.send("PRI * HTTP/2.0\r\n\r\nS").await;
        assert_eq!(silent.rest().await, "");
        assert_eq!(silent.elapsed(), secs(10));
        half.rest().await;
        assert_eq!(half.elapsed(), secs(30));
        let timeouts = server.handle.stats().timeouts;
        assert_eq!((timeouts.first_byte, timeouts.headers), (1, 1));
    });
}

#[test]
fn a_preface_without_a_request_is_an_idle_connection() {
    paused(async {
        let server = start_echo(config()).await;
        let start = Instant::now();
        let (_sender, connection) = connect(&server).await;
        let _ = connection.await.unwrap();
        assert_eq!(start.elapsed(), secs(65));
        assert_eq!(server.handle.stats().timeouts.keep_alive, 1);
    });
}

#[test]
fn an_idle_connection_is_kept_as_long_as_one_of_http_1() {
    paused(async {
        let server = start_kitchen(config()).await;
        let start = Instant::now();
        let (mut sender, connection) = connect(&server).await;
        get(&mut sender, "/1").await.unwrap();
        toque::time::sleep(secs(60)).await;
        get(&mut sender, "/1").await.unwrap();
        let _ = connection.await.unwrap();
        assert_eq!(start.elapsed(), secs(1 + 60 + 1 + 65));
    });
}

#[test]
fn a_handler_at_work_has_no_deadline() {
    paused(async {
        let server = start_kitchen(config()).await;
        let (mut sender, _connection) = connect(&server).await;
        assert_eq!(get(&mut sender, "/3600").await.unwrap().1, "soup");
    });
}

#[test]
fn a_drain_finishes_what_is_in_flight_and_takes_no_more() {
    paused(async {
        let server = start_kitchen(config()).await;
        let (mut sender, connection) = connect(&server).await;
        let mut other = sender.clone();
        let in_flight = spawn(async move { get(&mut other, "/5").await });
        let (_idle, idle_connection) = connect(&server).await;
        toque::time::sleep(secs(1)).await;
        let stop = Instant::now();
        let end = spawn(server.stop());
        let _ = idle_connection.await.unwrap();
        assert_eq!(
            stop.elapsed(),
            secs(0),
            "it has no request, and is told at once"
        );
        assert!(get(&mut sender, "/1").await.is_err());
        assert_eq!(in_flight.await.unwrap().unwrap().1, "soup");
        drop(sender);
        let _ = connection.await.unwrap();
        let report = end.await.unwrap();
        assert_eq!((report.stats.requests, report.aborted.len()), (1, 0));
        assert_eq!(stop.elapsed(), secs(4));
    });
}

/// hyperium/hyper#4170: a client that is there, and answers neither the farewell nor a ping, held the server's end up.
#[test]
fn a_client_that_answers_nothing_does_not_outlast_the_drain() {
    for ping in [None, Some(secs(3))] {
        paused(async move {
            let server = start_echo(config().http2_ping(ping)).await;
            let mut mute = server.connect().await;
            let no_settings = "\0\0\0\x04\0\0\0\0\0";
            mute.send(&format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{no_settings}"))
                .await;
            toque::time::sleep(secs(1)).await;
            server.stop().await;
            assert!(mute.elapsed() <= secs(11), "{:?}", mute.elapsed());
        });
    }
}

#[test]
fn requests_in_flight_end_with_a_server_that_is_dropped() {
    paused(async {
        let server = start_kitchen(config()).await;
        let (mut sender, _connection) = connect(&server).await;
        let in_flight = spawn(async move { get(&mut sender, "/100").await });
        toque::time::sleep(secs(1)).await;
        server.end.abort();
        assert!(in_flight.await.unwrap().is_err());
    });
}

#[test]
fn a_panic_ends_its_request_and_not_the_connection() {
    paused(async {
        let server = start_kitchen(config()).await;
        let (mut sender, _connection) = connect(&server).await;
        assert!(get(&mut sender, "/fire").await.is_err());
        assert_eq!(get(&mut sender, "/0").await.unwrap().1, "soup");
        assert_eq!(server.handle.stats().panics, 1);
        assert_eq!(server.handle.stats().open, 1);
    });
}

#[test]
fn the_last_request_a_connection_may_bring_ends_it() {
    paused(async {
        let server = start_kitchen(config().max_requests_per_connection(2)).await;
        let (mut sender, connection) = connect(&server).await;
        get(&mut sender, "/0").await.unwrap();
        get(&mut sender, "/0").await.unwrap();
        let _ = connection.await.unwrap();
        assert!(get(&mut sender, "/0").await.is_err());
    });
}
