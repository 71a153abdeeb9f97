//! The timeout layer: a handler that takes too long is dropped, and its client told so.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ::hyper::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::time::{Sleep, sleep};

/// Gives a service a deadline for its answer; the body of the answer may take longer. What tower-http's layer of this name does,
/// on toque's timers.
///
/// # Example
/// ```
/// use hyper::StatusCode;
/// use std::time::Duration;
/// use toque::http::{TimeoutLayer, service_fn};
/// use tower_layer::Layer;
///
/// # let service = service_fn(|_: hyper::Request<()>| async { Ok::<_, ()>(hyper::Response::new(String::new())) });
/// let layer = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5));
/// let service = layer.layer(service); // or `router.layer(layer)`
/// # drop(service);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TimeoutLayer {
    limit: Duration,
    status: StatusCode,
}

impl TimeoutLayer {
    /// Who is late is answered with 408.
    ///
    /// # Example
    /// ```
    /// use std::{convert::Infallible, time::Duration};
    /// use hyper::{Request, Response};
    /// use toque::http::{TimeoutLayer, service_fn};
    /// use tower_layer::Layer;
    /// use tower_service::Service;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let service = service_fn(async |_: Request<()>| {
    ///     toque::time::sleep(Duration::from_secs(60)).await;
    ///     Ok::<_, Infallible>(Response::new(String::from("soup")))
    /// });
    /// let mut service = TimeoutLayer::new(Duration::from_millis(1)).layer(service);
    /// assert_eq!(service.call(Request::new(())).await.unwrap().status(), 408);
    /// # });
    /// ```
    pub fn new(limit: Duration) -> Self {
        Self::with_status_code(StatusCode::REQUEST_TIMEOUT, limit)
    }

    /// Who is late is answered with `status`.
    ///
    /// # Example
    /// ```
    /// use std::{convert::Infallible, time::Duration};
    /// use hyper::{Request, Response, StatusCode};
    /// use toque::http::{TimeoutLayer, service_fn};
    /// use tower_layer::Layer;
    /// use tower_service::Service;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let service = service_fn(async |_: Request<()>| {
    ///     toque::time::sleep(Duration::from_secs(60)).await;
    ///     Ok::<_, Infallible>(Response::new(String::from("soup")))
    /// });
    /// // It is not the client's fault.
    /// let layer = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_millis(1));
    /// assert_eq!(layer.layer(service).call(Request::new(())).await.unwrap().status(), 503);
    /// # });
    /// ```
    pub fn with_status_code(status: StatusCode, limit: Duration) -> Self {
        Self { limit, status }
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, service: S) -> Timeout<S> {
        let layer = *self;
        Timeout { service, layer }
    }
}

/// A service with a deadline, of [`TimeoutLayer`].
///
/// # Example
/// ```
/// use std::{convert::Infallible, time::Duration};
/// use hyper::{Request, Response, StatusCode};
/// use toque::http::{Timeout, TimeoutLayer, service_fn};
/// use toque::time::sleep;
/// use tower_layer::Layer;
/// use tower_service::Service;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let service = service_fn(async |_: Request<()>| {
///     sleep(Duration::from_secs(60)).await;
///     Ok::<_, Infallible>(Response::new(String::from("soup")))
/// });
/// let layer = TimeoutLayer::new(Duration::from_millis(1));
/// let mut service: Timeout<_> = layer.layer(service);
/// let answer = service.call(Request::new(())).await.unwrap();
/// assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
/// # });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timeout<S> {
    service: S,
    layer: TimeoutLayer,
}

impl<S, R, B> Service<Request<R>> for Timeout<S>
where
    S: Service<Request<R>, Response = Response<B>>,
    B: Default,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = TimeoutFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        TimeoutFuture {
            answer: self.service.call(request),
            sleep: sleep(self.layer.limit),
            status: self.layer.status,
        }
    }
}

pin_project! {
    /// The answer of a [`Timeout`].
    ///
    /// # Example
    /// ```
    /// use std::{convert::Infallible, time::Duration};
    /// use hyper::{Request, Response, StatusCode};
    /// use toque::http::{TimeoutFuture, TimeoutLayer, service_fn};
    /// use toque::time::sleep;
    /// use tower_layer::Layer;
    /// use tower_service::Service;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let service = service_fn(async |_: Request<()>| {
    ///     sleep(Duration::from_secs(60)).await;
    ///     Ok::<_, Infallible>(Response::new(String::from("soup")))
    /// });
    /// let layer = TimeoutLayer::new(Duration::from_millis(1));
    /// let answer: TimeoutFuture<_> = layer.layer(service).call(Request::new(()));
    /// assert_eq!(answer.await.unwrap().status(), StatusCode::REQUEST_TIMEOUT);
    /// # });
    /// ```
    #[derive(Debug)]
    pub struct TimeoutFuture<F> {
        #[pin]
        answer: F,
        sleep: Sleep,
        status: StatusCode,
    }
}

impl<F, B, E> Future for TimeoutFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // An answer that is ready is never late.
        if let Poll::Ready(answer) = this.answer.poll(cx) {
            return Poll::Ready(answer);
        }
        Pin::new(this.sleep).poll(cx).map(|()| {
            let mut answer = Response::new(B::default());
            *answer.status_mut() = *this.status;
            Ok(answer)
        })
    }
}
