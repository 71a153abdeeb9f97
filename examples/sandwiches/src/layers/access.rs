//! The access log: a name for every request, and a line and a count for every answer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use toque::http::ConnectInfo;
use toque::time::Instant;
use tower::Service;
use tracing::info;
use uuid::Uuid;

use super::{Answer, caching};
use crate::app::App;
use crate::metrics::Metrics;
use crate::request_name;
use crate::timestamp::Timestamp;

/// The request's name, given by the client or by us. It is in every line of the log that the request causes.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that is taken from a client.
const LENGTH_MAX: usize = 128;

/// A service whose requests have names, and whose answers are told and counted.
#[derive(Debug, Clone)]
pub(super) struct Access<S> {
    app: App,
    inner: S,
}

impl<S> Access<S> {
    pub(super) fn new(app: App, inner: S) -> Access<S> {
        Access { app, inner }
    }
}

impl<S> Service<Request> for Access<S>
where
    S: Service<Request, Response: IntoResponse, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Answer {
        let begun = Instant::now();
        let name = name(request.headers());
        let known: Arc<str> = name.to_str().unwrap_or_default().into();
        let line = Line::of(&request);
        let answer = self.inner.call(request); // which only makes a future
        let app = self.app.clone();
        Box::pin(request_name::scope(known, async move {
            let mut response = answer.await?.into_response();
            line.tell(&response, begun.elapsed(), &app.metrics);
            response.headers_mut().insert(REQUEST_ID, name);
            caching::refuse(&mut response);
            Ok(response)
        }))
    }
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
        let made = made().to_string();
        HeaderValue::try_from(made).expect("hexadecimal digits can be in a header")
    })
}

/// A name like that of a sandwich, but it is no secret: it is not worth a system call for each request.
fn made() -> Uuid {
    let now = Timestamp::now().0 as u64; // never before 1970
    let [random @ .., _, _, _, _, _, _] = fastrand::u128(..).to_ne_bytes();
    uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
}

/// What is told of the request, kept until the answer.
struct Line {
    method: Method,
    /// Told without its query, which may hold what is nobody's business.
    target: Uri,
    /// The template, `/sandwiches/{id}`, if a route fits. So the number of series stays small.
    route: Option<MatchedPath>,
    client: Option<SocketAddr>,
}

impl Line {
    fn of(request: &Request) -> Line {
        let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Line {
            method: request.method().clone(),
            target: request.uri().clone(),
            route: request.extensions().get().cloned(),
            client: client.map(|ConnectInfo(client)| *client),
        }
    }

    /// Tells and counts the answer.
    fn tell(&self, response: &Response, took: Duration, metrics: &Metrics) {
        let (method, path) = (&self.method, self.target.path());
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let status = response.status().as_u16();
        let micros = took.as_micros() as u64;
        let client = self.client.map(tracing::field::display);
        info!(%method, path, route, status, micros, client, "answered");
        metrics.answered(method, route, status, took);
    }
}
