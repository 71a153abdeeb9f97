//! The rate limit layer: so many calls in each stretch of time, and the others wait.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

use crate::time::{Instant, Sleep, sleep_until};

/// Lets `n` calls pass in each stretch of time; who comes later waits for the next one. What tower's layer of this name does, on
/// toque's timers, with one difference: all services that one layer makes, and their clones, count together. So a router, which is
/// cloned for each request, is limited as a whole.
///
/// A stretch begins with the first call after the last one is over. To refuse instead of letting wait, put a
/// [`TimeoutLayer`](super::TimeoutLayer) around it.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::http::{RateLimitLayer, service_fn};
/// use tower_layer::Layer;
///
/// # let service = service_fn(|_: ()| async { Ok::<_, ()>(()) });
/// let layer = RateLimitLayer::new(100, Duration::from_secs(1));
/// let service = layer.layer(service); // or `router.layer(layer)`
/// # drop(service);
/// ```
#[derive(Clone, Debug)]
pub struct RateLimitLayer {
    rate: Arc<Rate>,
}

#[derive(Debug)]
struct Rate {
    calls: u64,
    stretch: Duration,
    /// In a lock since axum wants services to be `Sync`; nobody else ever holds it.
    now: Mutex<Stretch>,
}

/// The stretch of time that is under way.
#[derive(Debug)]
struct Stretch {
    /// None before the first call.
    end: Option<Instant>,
    /// Calls that may still pass.
    left: u64,
}

impl RateLimitLayer {
    /// Lets `calls` pass in each `stretch` of time.
    ///
    /// # Panics
    /// If `calls` is zero, since all would wait for ever.
    ///
    /// # Example
    /// ```
    /// use std::{convert::Infallible, future::poll_fn, time::Duration};
    /// use toque::http::{RateLimitLayer, service_fn};
    /// use tower_layer::Layer;
    /// use tower_service::Service;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let oven = service_fn(async |bread: &str| Ok::<_, Infallible>(bread.len()));
    /// let mut oven = RateLimitLayer::new(2, Duration::from_secs(1)).layer(oven); // two a second
    /// poll_fn(|cx| oven.poll_ready(cx)).await.unwrap();
    /// assert_eq!(oven.call("rye").await, Ok(3));
    /// # });
    /// ```
    pub fn new(calls: u64, stretch: Duration) -> Self {
        assert!(
            calls > 0,
            "`RateLimitLayer::new`: let at least one call pass"
        );
        let now = Mutex::new(Stretch { end: None, left: 0 });
        Self {
            rate: Arc::new(Rate {
                calls,
                stretch,
                now,
            }),
        }
    }
}

impl Rate {
    /// Lets one call pass, or tells when to try again.
    fn pass(&self) -> Result<(), Instant> {
        let mut stretch = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let end = match stretch.end {
            Some(end) if now < end => end,
            _ => {
                stretch.left = self.calls;
                *stretch.end.insert(now + self.stretch)
            }
        };
        stretch.left = stretch.left.checked_sub(1).ok_or(end)?;
        Ok(())
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, service: S) -> RateLimit<S> {
        RateLimit::new(service, Arc::clone(&self.rate))
    }
}

/// A service whose calls are limited, of [`RateLimitLayer`]. Its clones count together.
///
/// # Example
/// ```
/// use std::{convert::Infallible, future::poll_fn, time::Duration};
/// use toque::http::{RateLimit, RateLimitLayer, service_fn};
/// use toque::time::Instant;
/// use tower_layer::Layer;
/// use tower_service::Service;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let kitchen = service_fn(async |order: u32| Ok::<_, Infallible>(order));
/// let mut kitchen: RateLimit<_> = RateLimitLayer::new(1, Duration::from_millis(5)).layer(kitchen);
/// let start = Instant::now();
/// for order in 0..2 {
///     poll_fn(|cx| kitchen.poll_ready(cx)).await.unwrap(); // waits for its turn
///     assert_eq!(kitchen.call(order).await, Ok(order));
/// }
/// assert!(start.elapsed() >= Duration::from_millis(5));
/// # });
/// ```
#[derive(Debug)]
pub struct RateLimit<S> {
    service: S,
    rate: Arc<Rate>,
    /// May make one call. A clone has to wait for its own.
    passed: bool,
    /// The wait for the next stretch.
    sleep: Option<Sleep>,
}

impl<S> RateLimit<S> {
    fn new(service: S, rate: Arc<Rate>) -> Self {
        Self {
            service,
            rate,
            passed: false,
            sleep: None,
        }
    }

    fn poll_pass(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.passed {
            if let Some(sleep) = &mut self.sleep {
                ready!(Pin::new(sleep).poll(cx)); // the timer owes the wake
            }
            match self.rate.pass() {
                Ok(()) => self.passed = true,
                Err(end) => self.sleep = Some(sleep_until(end)),
            }
        }
        self.sleep = None;
        Poll::Ready(())
    }
}

impl<S: Clone> Clone for RateLimit<S> {
    fn clone(&self) -> Self {
        Self::new(self.service.clone(), Arc::clone(&self.rate))
    }
}

impl<S: Service<R>, R> Service<R> for RateLimit<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    /// The service is asked first: one that is not ready uses up no call.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.service.poll_ready(cx))?;
        self.poll_pass(cx).map(Ok)
    }

    /// # Panics
    /// If `poll_ready` has not been ready before.
    fn call(&mut self, request: R) -> S::Future {
        assert!(
            self.passed,
            "`RateLimit` is called before `poll_ready` was ready"
        );
        self.passed = false;
        self.service.call(request)
    }
}
