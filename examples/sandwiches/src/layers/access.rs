//! The access log: a name for every request, and a line and a count for every answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use toque::http::ConnectInfo;
use toque::time::Instant;
use tracing::info;
use uuid::Uuid;

use super::caching;
use crate::app::App;
use crate::request_name;

/// The request's name, given by the client or by us. It is in every line of the log that the request causes.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that is taken from a client.
const LENGTH_MAX: usize = 128;

/// Names the request, tells and counts its answer.
pub(super) async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let name = name(request.headers());
    let known: Arc<str> = name.to_str().unwrap_or_default().into();
    let mut response = request_name::scope(known, answer(&app, request, next)).await;
    response.headers_mut().insert(REQUEST_ID, name);
    caching::refuse(&mut response);
    response
}

/// Tells and counts the answer.
async fn answer(app: &App, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let line = Line::of(&request);
    let response = next.run(request).await;
    let took = begun.elapsed();
    line.tell(&response, took);
    let status = response.status().as_u16();
    app.metrics
        .answered(&line.method, &line.route, status, took);
    response
}

/// The client's name for it if it is sane: it goes into the log and into headers.
fn name(headers: &HeaderMap) -> HeaderValue {
    let is_sane = |name: &&HeaderValue| {
        let bytes = name.as_bytes();
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        (1..=LENGTH_MAX).contains(&bytes.len()) && bytes.iter().all(fits)
    };
    let sent = headers.get(REQUEST_ID).filter(is_sane).cloned();
    sent.unwrap_or_else(|| {
        let made = Uuid::now_v7().to_string();
        HeaderValue::try_from(made).expect("hexadecimal digits can be in a header")
    })
}

/// What is told of the request, kept until the answer.
struct Line {
    method: axum::http::Method,
    /// Without the query: it may hold what is nobody's business.
    path: String,
    /// The template, `/sandwiches/{id}`; `none` if no route fits. So the number of series stays small.
    route: String,
    client: Option<SocketAddr>,
}

impl Line {
    fn of(request: &Request) -> Line {
        let route = request.extensions().get::<MatchedPath>();
        let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Line {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: route.map_or("none", MatchedPath::as_str).to_owned(),
            client: client.map(|ConnectInfo(client)| *client),
        }
    }

    fn tell(&self, response: &Response, took: Duration) {
        let (method, path, route) = (&self.method, &self.path, &self.route);
        let (status, micros) = (response.status().as_u16(), took.as_micros() as u64);
        let client = self.client.map(tracing::field::display);
        info!(%method, path, route, status, micros, client, "answered");
    }
}
