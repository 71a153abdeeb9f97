//! axum on toque: a `Router` as it is written for tokio, and ten lines in the place of `axum::serve`.
//!
//! axum wants the futures of its handlers to be `Send`. toque's streams, timers and channels are, so they may be held across an
//! await. Without axum's feature `tokio` there is no `Sse::keep_alive`; an interval of toque's in the stream does the same.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Path, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use bytes::Bytes;
use ecosystem::run::{Result, on_each_reactor};
use futures_util::{Stream, stream};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use toque::compat::hyper::Timer;
use toque::io::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::sync::mpsc;
use toque::time::{Interval, interval};

/// What the handlers share.
#[derive(Debug)]
struct Kitchen {
    /// The baker, another service.
    baker: SocketAddr,
    /// Told when a stream of events is dropped.
    gone: mpsc::UnboundedSender<&'static str>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Order {
    dish: String,
    number: u32,
}

#[derive(Debug, Deserialize)]
struct Cut {
    pieces: u32,
}

fn app(kitchen: Kitchen) -> Router {
    Router::new()
        .route("/orders", post(order))
        .route("/orders/form", post(order_by_form))
        .route("/sandwiches/{name}", get(sandwich))
        .route("/bread", get(bread))
        .route("/steps", get(steps))
        .with_state(Arc::new(kitchen))
}

async fn order(Json(order): Json<Order>) -> (StatusCode, Json<Order>) {
    let number = order.number + 1;
    (StatusCode::CREATED, Json(Order { number, ..order }))
}

async fn order_by_form(Form(order): Form<Order>) -> Json<Order> {
    Json(order)
}

async fn sandwich(
    Path(name): Path<String>,
    Query(cut): Query<Cut>,
    matched: MatchedPath,
) -> Json<Value> {
    Json(json!({ "name": name, "pieces": cut.pieces, "route": matched.as_str() }))
}

/// Asks another service. The stream and the sleep live across awaits.
async fn bread(State(kitchen): State<Arc<Kitchen>>) -> std::result::Result<String, StatusCode> {
    let answer = async {
        let mut stream = TcpStream::connect(kitchen.baker).await?;
        stream.write_all(b"bread, please").await?;
        stream.shutdown().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = toque::time::timeout(Duration::from_secs(10), answer).await;
    let answer = answer.map_err(|_| StatusCode::GATEWAY_TIMEOUT)?;
    answer.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// An event each tick, until the client goes.
async fn steps(State(kitchen): State<Arc<Kitchen>>) -> Sse<impl Stream<Item = io::Result<Event>>> {
    struct Steps {
        number: u32,
        ticks: Interval,
        kitchen: Arc<Kitchen>,
    }
    impl Drop for Steps {
        fn drop(&mut self) {
            let _ = self.kitchen.gone.send("steps");
        }
    }
    let steps = Steps {
        number: 0,
        ticks: interval(Duration::from_millis(5)),
        kitchen,
    };
    Sse::new(stream::unfold(steps, async |mut steps| {
        steps.ticks.tick().await;
        steps.number += 1;
        let event = Event::default()
            .event("step")
            .data(steps.number.to_string());
        Some((Ok(event), steps))
    }))
}

/// In the place of `axum::serve`.
async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = TowerToHyperService::new(app.clone());
        let mut server = hyper::server::conn::http1::Builder::new();
        server.timer(Timer); // hyper's limit of 30 s for a head counts only with one
        toque::spawn(server.serve_connection(stream, service));
    }
}

/// The app on a port, a client of it, and what the kitchen hears.
struct Lunch {
    client: SendRequest<Full<Bytes>>,
    gone: mpsc::UnboundedReceiver<&'static str>,
}

impl Lunch {
    async fn start(baker: SocketAddr) -> Result<Lunch> {
        let (tell, gone) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        toque::spawn(serve(listener, app(Kitchen { baker, gone: tell })));
        let stream = TcpStream::connect(addr).await?;
        let (client, connection) = http1::handshake(stream).await?;
        toque::spawn(connection);
        Ok(Lunch { client, gone })
    }

    async fn call(
        &mut self,
        method: Method,
        path: &str,
        content_type: &str,
        body: &str,
    ) -> Result<Response<Incoming>> {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::HOST, "localhost");
        let request = request.header(header::CONTENT_TYPE, content_type);
        let body = Full::from(body.to_owned());
        self.client.ready().await?;
        Ok(self.client.send_request(request.body(body)?).await?)
    }

    async fn get(&mut self, path: &str) -> Result<Response<Incoming>> {
        self.call(Method::GET, path, "text/plain", "").await
    }
}

/// Where nobody bakes.
fn nobody() -> io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

async fn text(response: Response<Incoming>) -> Result<String> {
    let body = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(body.to_vec())?)
}

async fn value(response: Response<Incoming>) -> Result<Value> {
    Ok(serde_json::from_str(&text(response).await?)?)
}

#[test]
fn json_goes_in_and_out() {
    on_each_reactor(async || {
        let mut lunch = Lunch::start(nobody()?).await?;
        let body = r#"{"dish":"soup","number":1}"#;
        let answer = lunch
            .call(Method::POST, "/orders", "application/json", body)
            .await?;
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(value(answer).await?, json!({ "dish": "soup", "number": 2 }));
        let answer = lunch
            .call(Method::POST, "/orders", "application/json", "{")
            .await?;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let answer = lunch
            .call(Method::POST, "/orders", "text/plain", body)
            .await?;
        assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        Ok(())
    });
}

#[test]
fn extractors_take_apart_what_came() {
    on_each_reactor(async || {
        let mut lunch = Lunch::start(nobody()?).await?;
        let answer = lunch.get("/sandwiches/ham%20and%20eggs?pieces=2").await?;
        let expected =
            json!({ "name": "ham and eggs", "pieces": 2, "route": "/sandwiches/{name}" });
        assert_eq!(value(answer).await?, expected);
        let answer = lunch.get("/sandwiches/ham?pieces=two").await?;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);

        let kind = "application/x-www-form-urlencoded";
        let answer = lunch
            .call(Method::POST, "/orders/form", kind, "dish=soup&number=3")
            .await?;
        assert_eq!(value(answer).await?, json!({ "dish": "soup", "number": 3 }));
        assert_eq!(lunch.get("/pizza").await?.status(), StatusCode::NOT_FOUND);
        Ok(())
    });
}

#[test]
fn a_handler_is_a_client_of_another_service() {
    on_each_reactor(async || {
        let baker = TcpListener::bind("127.0.0.1:0").await?;
        let mut lunch = Lunch::start(baker.local_addr()?).await?;
        toque::spawn(async move {
            let (mut stream, _) = baker.accept().await.unwrap();
            let mut order = String::new();
            stream.read_to_string(&mut order).await.unwrap();
            assert_eq!(order, "bread, please");
            stream.write_all(b"a loaf").await.unwrap();
        });
        assert_eq!(text(lunch.get("/bread").await?).await?, "a loaf");

        let mut lunch = Lunch::start(nobody()?).await?;
        assert_eq!(lunch.get("/bread").await?.status(), StatusCode::BAD_GATEWAY);
        Ok(())
    });
}

#[test]
fn events_come_one_by_one_until_the_client_goes() {
    on_each_reactor(async || {
        let mut lunch = Lunch::start(nobody()?).await?;
        let answer = lunch.get("/steps").await?;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        let mut events = answer.into_body();
        for number in 1..=5 {
            let frame = events.frame().await.ok_or("it goes on")??;
            let data = frame.into_data().map_err(|_| "no data")?;
            assert_eq!(data, format!("event: step\ndata: {number}\n\n"));
        }
        assert!(lunch.gone.try_recv().is_err());
        drop((events, lunch.client));
        assert_eq!(lunch.gone.recv().await, Some("steps"));
        Ok(())
    });
}
