//! The access log: a name for every request, and a line and a count for every answer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::response::Response;
use pin_project_lite::pin_project;
use toque::http::ConnectInfo;
use toque::time::Instant;
use tower::Service;
use tracing::info;
use uuid::Uuid;

use super::caching;
use crate::app::App;
use crate::metrics::Metrics;
use crate::request_name::{self, Scope};
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
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Scope<Told<S::Future>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let begun = Instant::now();
        let name = name(request.headers());
        let told = Told {
            begun,
            name: Arc::clone(&name),
            line: Line::of(&request),
            app: self.app.clone(),
            answer: self.inner.call(request), // which only makes a future
        };
        request_name::scope(name, told)
    }
}

pin_project! {
    /// The answer of [`Access`], within the request's name.
    pub(super) struct Told<F> {
        begun: Instant,
        name: Arc<str>,
        line: Line,
        app: App,
        #[pin]
        answer: F,
    }
}

impl<F> Future for Told<F>
where
    F: Future<Output = Result<Response, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.answer.poll(cx))?;
        let took = this.begun.elapsed();
        this.line.tell(&response, took, &this.app.metrics);
        let name = HeaderValue::from_str(this.name).expect("it is sane");
        response.headers_mut().insert(REQUEST_ID, name);
        caching::refuse(&mut response);
        Poll::Ready(Ok(response))
    }
}

/// The client's name for it if it is sane: it goes into the log and into headers.
fn name(headers: &HeaderMap) -> Arc<str> {
    let sent = headers.get(REQUEST_ID).and_then(|name| name.to_str().ok());
    let sent = sent.filter(|name| is_sane(name)).map(Arc::from);
    sent.unwrap_or_else(|| {
        let made = made().hyphenated();
        Arc::from(&*made.encode_lower(&mut Uuid::encode_buffer()))
    })
}

fn is_sane(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LENGTH_MAX).contains(&name.len()) && name.bytes().all(fits)
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
