//! The body timeout layer: a request's body that stops coming is an error for who reads it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::hyper::Request;
use ::hyper::body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::deadline::Deadline;
use super::service::BoxError;
use crate::time::{Sleep, sleep};

/// Gives the body of a request a deadline from one frame to the next: [`Deadline::BodyIdle`] is then its error. What tower-http's
/// layer of this name does, on toque's timers.
///
/// The server's own [`body_idle`](super::ServerConfig::body_idle) does the same for HTTP/1; this is for HTTP/2, and for single
/// routes. It counts only while somebody waits for the body.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::http::{RequestBodyTimeoutLayer, service_fn};
/// use tower_layer::Layer;
///
/// # let service = service_fn(|_: hyper::Request<toque::http::TimeoutBody<hyper::body::Incoming>>| async { Ok::<_, ()>(()) });
/// let layer = RequestBodyTimeoutLayer::new(Duration::from_secs(5));
/// let service = layer.layer(service); // or `router.layer(layer)`
/// # drop(service);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RequestBodyTimeoutLayer {
    limit: Duration,
}

impl RequestBodyTimeoutLayer {
    /// `limit` is the longest time from one frame to the next.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::http::{RequestBodyTimeoutLayer, service_fn};
    /// use tower_layer::Layer;
    ///
    /// # let upload = service_fn(|_: hyper::Request<toque::http::TimeoutBody<hyper::body::Incoming>>| async { Ok::<_, ()>(()) });
    /// // For this service alone; `ServerConfig::body_idle` is for all.
    /// let upload = RequestBodyTimeoutLayer::new(Duration::from_secs(2)).layer(upload);
    /// # drop(upload);
    /// ```
    pub fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

impl<S> Layer<S> for RequestBodyTimeoutLayer {
    type Service = RequestBodyTimeout<S>;

    fn layer(&self, service: S) -> RequestBodyTimeout<S> {
        let limit = self.limit;
        RequestBodyTimeout { service, limit }
    }
}

/// A service whose requests' bodies have a deadline, of [`RequestBodyTimeoutLayer`].
///
/// # Example
/// ```
/// use std::convert::Infallible;
/// use std::time::Duration;
/// use hyper::{Request, Response, body::Incoming};
/// use toque::http::{RequestBodyTimeout, RequestBodyTimeoutLayer, TimeoutBody, service_fn};
/// use tower_layer::Layer;
///
/// let service = service_fn(async |_: Request<TimeoutBody<Incoming>>| {
///     Ok::<_, Infallible>(Response::new(String::from("soup")))
/// });
/// let service: RequestBodyTimeout<_> =
///     RequestBodyTimeoutLayer::new(Duration::from_secs(5)).layer(service);
/// # drop(service);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RequestBodyTimeout<S> {
    service: S,
    limit: Duration,
}

impl<S, B> Service<Request<B>> for RequestBodyTimeout<S>
where
    S: Service<Request<TimeoutBody<B>>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        let limit = self.limit;
        self.service
            .call(request.map(|body| TimeoutBody::new(limit, body)))
    }
}

pin_project! {
    /// A body with a deadline from one frame to the next.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use http_body_util::{BodyExt, Full};
    /// use hyper::body::Bytes;
    /// use toque::http::TimeoutBody;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let body = Full::new(Bytes::from("soup"));
    /// let body = TimeoutBody::new(Duration::from_secs(5), body);
    /// assert_eq!(body.collect().await.unwrap().to_bytes(), "soup");
    /// # });
    /// ```
    #[derive(Debug)]
    pub struct TimeoutBody<B> {
        #[pin]
        body: B,
        limit: Duration,
        // The deadline of the frame that is waited for. None while nobody waits.
        sleep: Option<Sleep>,
    }
}

impl<B> TimeoutBody<B> {
    /// `limit` is the longest time from one frame to the next.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use http_body_util::{BodyExt, Full};
    /// use hyper::body::Bytes;
    /// use toque::http::TimeoutBody;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let body = TimeoutBody::new(Duration::from_secs(5), Full::new(Bytes::from("soup")));
    /// assert_eq!(body.collect().await.unwrap().to_bytes(), "soup"); // it was fast enough
    /// # });
    /// ```
    pub fn new(limit: Duration, body: B) -> Self {
        Self {
            body,
            limit,
            sleep: None,
        }
    }
}

impl<B: Body<Error: Into<BoxError>>> Body for TimeoutBody<B> {
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, BoxError>>> {
        let this = self.project();
        if let Poll::Ready(frame) = this.body.poll_frame(cx) {
            *this.sleep = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let sleep = this.sleep.get_or_insert_with(|| sleep(*this.limit));
        ready!(Pin::new(sleep).poll(cx));
        Poll::Ready(Some(Err(Deadline::BodyIdle.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
