//! axum on `http`: its router as the service, toque's layers on it, extractors, and handlers that are not `Send`.

mod http_tools;

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use http_tools::*;
use toque::http::{
    ConnectInfo, RateLimitLayer, RequestBodyTimeoutLayer, ServerConfig, SseKeepAliveLayer,
    TimeoutLayer, local, serve,
};
use toque::net::TcpListener;
use toque::time::sleep;

/// Serves a router.
async fn start_app(app: Router) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let server = serve(listener, app).config(ServerConfig::new().body_idle(None));
    let handle = server.handle();
    let end = toque::spawn(server.into_future());
    Server { addr, handle, end }
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: toque\r\n\r\n")
}

#[test]
fn a_router_is_served_and_its_handlers_know_who_calls() {
    paused(async {
        let who = async |ConnectInfo(addr): ConnectInfo<SocketAddr>| addr.to_string();
        let server = start_app(Router::new().route("/", get(who))).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        let ours = client.stream.local_addr().unwrap();
        assert_eq!(client.answer().await.1, ours.to_string());
    });
}

#[test]
fn the_wrong_kind_of_address_is_told_with_the_remedy() {
    paused(async {
        let who = async |_: ConnectInfo<toque::net::unix::SocketAddr>| "nobody";
        let server = start_app(Router::new().route("/", get(who))).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        let (head, body) = client.answer().await;
        assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
        assert!(body.contains("toque::http::serve"), "{body}");
    });
}

#[test]
fn a_handler_may_hold_what_is_not_send_across_an_await() {
    paused(async {
        let served = Rc::new(Cell::new(0));
        let count = served.clone();
        let order =
            async move |State(shop): State<&'static str>, Path(name): Path<String>, body: Bytes| {
                let count = count.clone();
                sleep(secs(1)).await;
                count.set(count.get() + 1);
                format!(
                    "{name} from {shop}, {} bytes, the {}th",
                    body.len(),
                    count.get()
                )
            };
        let app = Router::new()
            .route("/{name}", get(local(order)))
            .route("/closed", get(local(async || StatusCode::GONE)))
            .with_state("toque");
        let server = start_app(app).await;
        let mut client = server.connect().await;
        for n in 1..=2 {
            client.send(request("/soup")).await;
            assert_eq!(
                client.answer().await.1,
                format!("soup from toque, 0 bytes, the {n}th")
            );
        }
        client.send(request("/closed")).await;
        assert!(client.head().await.starts_with("HTTP/1.1 410 "));
        assert_eq!(served.get(), 2);
        server.stop().await;
        assert_eq!(Rc::strong_count(&served), 1, "nothing of it is left");
    });
}

#[test]
fn a_refusal_of_an_extractor_is_the_answer() {
    paused(async {
        let app = Router::new().route("/{n}", get(local(async |_: Path<u8>| "eaten")));
        let server = start_app(app).await;
        let mut client = server.connect().await;
        client.send(request("/soup")).await;
        assert!(client.head().await.starts_with("HTTP/1.1 400 "));
    });
}

#[test]
fn the_layers_fit_a_router() {
    paused(async {
        let slow = async || sleep(secs(100)).await;
        let echo = async |body: Bytes| body;
        let events = async || ([("content-type", "text/event-stream")], "data: a\n\n");
        let app = Router::new()
            .route("/slow", get(slow))
            .route("/echo", post(echo))
            .route("/events", get(events))
            .layer(SseKeepAliveLayer::new(secs(15)))
            .layer(RequestBodyTimeoutLayer::new(secs(5)))
            .layer(RateLimitLayer::new(100, secs(1)))
            .layer(TimeoutLayer::new(secs(20)));
        let server = start_app(app).await;

        let mut client = server.connect().await;
        client.send(request("/slow")).await;
        assert!(client.head().await.starts_with("HTTP/1.1 408 "));
        assert_eq!(client.elapsed(), secs(20));

        let mut client = server.connect().await;
        client.send(request("/events").replace("1.1", "1.0")).await;
        assert!(client.rest().await.ends_with("data: a\n\n"));

        let mut client = server.connect().await;
        client
            .send("POST /echo HTTP/1.1\r\nhost: toque\r\ncontent-length: 9\r\n\r\nsoup")
            .await;
        assert!(
            client.head().await.starts_with("HTTP/1.1 400 "),
            "axum's word for it"
        );
        assert_eq!(client.elapsed(), secs(5));
    });
}
