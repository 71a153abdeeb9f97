//! A service made of an async closure, for who needs no router.

use std::fmt;
use std::future::Future;
use std::task::{Context, Poll};

use tower_service::Service;

/// A tower service that calls a closure. Made by [`service_fn()`].
///
/// # Example
/// ```
/// use std::convert::Infallible;
/// use toque::http::{ServiceFn, service_fn};
/// use tower_service::Service;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut double: ServiceFn<_> = service_fn(async |number: u32| Ok::<_, Infallible>(2 * number));
/// assert_eq!(double.call(21).await, Ok(42));
/// # });
/// ```
#[derive(Clone, Copy)]
pub struct ServiceFn<F>(F);

/// A service that calls `handler` for each request. It is cloned as often; what it shares goes in an `Rc`.
///
/// # Example
/// ```
/// use std::convert::Infallible;
/// use hyper::{Request, Response, body::Incoming};
///
/// let service = toque::http::service_fn(async |request: Request<Incoming>| {
///     Ok::<_, Infallible>(Response::new(request.uri().path().to_owned()))
/// });
/// # drop(service);
/// ```
pub fn service_fn<F>(handler: F) -> ServiceFn<F> {
    ServiceFn(handler)
}

impl<F, R, Fut, T, E> Service<R> for ServiceFn<F>
where
    F: FnMut(R) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    type Response = T;
    type Error = E;
    type Future = Fut;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Fut {
        (self.0)(request)
    }
}

impl<F> fmt::Debug for ServiceFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceFn").finish_non_exhaustive()
    }
}
