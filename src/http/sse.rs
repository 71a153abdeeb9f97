//! The keep-alive of server-sent events: a comment goes out where nothing else does for a while, so that nobody on the way takes
//! the connection for dead, and a client that has gone is noticed.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::hyper::body::{Body, Bytes, Frame, SizeHint};
use ::hyper::header::CONTENT_TYPE;
use ::hyper::{HeaderMap, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::time::{Instant, Sleep, sleep};

/// A comment, by the HTML standard's "Server-sent events": a line that begins with a colon, and no event.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// Keeps answers of `text/event-stream` alive: what axum's `Sse::keep_alive` does, on toque's timers, and for any service. Other
/// answers pass as they are.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::http::{SseKeepAliveLayer, service_fn};
/// use tower_layer::Layer;
///
/// # let service = service_fn(|_: ()| async { Ok::<_, ()>(hyper::Response::new(String::new())) });
/// let layer = SseKeepAliveLayer::new(Duration::from_secs(15));
/// let service = layer.layer(service); // or `router.layer(layer)`
/// # drop(service);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SseKeepAliveLayer {
    interval: Duration,
}

impl SseKeepAliveLayer {
    /// A comment goes out after each `interval` without an event.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::http::{SseKeepAliveLayer, service_fn};
    /// use tower_layer::Layer;
    ///
    /// # let events = service_fn(|_: ()| async { Ok::<_, ()>(hyper::Response::new(String::new())) });
    /// // More often than the shortest patience on the way: many proxies have 30 s or 60 s.
    /// let events = SseKeepAliveLayer::new(Duration::from_secs(15)).layer(events);
    /// # drop(events);
    /// ```
    pub fn new(interval: Duration) -> Self {
        Self { interval }
    }
}

impl<S> Layer<S> for SseKeepAliveLayer {
    type Service = SseKeepAliveService<S>;

    fn layer(&self, service: S) -> SseKeepAliveService<S> {
        let interval = self.interval;
        SseKeepAliveService { service, interval }
    }
}

/// A service whose event streams are kept alive, of [`SseKeepAliveLayer`].
///
/// # Example
/// ```
/// use std::{convert::Infallible, time::Duration};
/// use hyper::Response;
/// use toque::http::{SseKeepAliveLayer, SseKeepAliveService, service_fn};
/// use tower_layer::Layer;
/// use tower_service::Service;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let events = service_fn(async |()| {
///     Ok::<_, Infallible>(Response::new(String::from("data: soup\n\n")))
/// });
/// let layer = SseKeepAliveLayer::new(Duration::from_secs(15));
/// let mut events: SseKeepAliveService<_> = layer.layer(events);
/// let answer = events.call(()).await.unwrap();
/// assert_eq!(answer.status(), 200);
/// # });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SseKeepAliveService<S> {
    service: S,
    interval: Duration,
}

impl<S, R, B> Service<R> for SseKeepAliveService<S>
where
    S: Service<R, Response = Response<B>>,
{
    type Response = Response<SseKeepAlive<B>>;
    type Error = S::Error;
    type Future = SseKeepAliveFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        SseKeepAliveFuture {
            answer: self.service.call(request),
            interval: self.interval,
        }
    }
}

pin_project! {
    /// The answer of a [`SseKeepAliveService`].
    ///
    /// # Example
    /// ```
    /// use std::{convert::Infallible, time::Duration};
    /// use hyper::Response;
    /// use toque::http::{SseKeepAliveFuture, SseKeepAliveLayer, service_fn};
    /// use tower_layer::Layer;
    /// use tower_service::Service;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let events = service_fn(async |()| {
    ///     Ok::<_, Infallible>(Response::new(String::from("data: soup\n\n")))
    /// });
    /// let layer = SseKeepAliveLayer::new(Duration::from_secs(15));
    /// let answer: SseKeepAliveFuture<_> = layer.layer(events).call(());
    /// assert_eq!(answer.await.unwrap().status(), 200);
    /// # });
    /// ```
    #[derive(Debug)]
    pub struct SseKeepAliveFuture<F> {
        #[pin]
        answer: F,
        interval: Duration,
    }
}

impl<F, B, E> Future for SseKeepAliveFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<SseKeepAlive<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.answer.poll(cx))?;
        let interval = is_event_stream(answer.headers()).then_some(*this.interval);
        Poll::Ready(Ok(answer.map(|body| SseKeepAlive::maybe(body, interval))))
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| {
        let kind = kind.split(|byte| *byte == b';').next().unwrap_or(kind);
        kind.trim_ascii().eq_ignore_ascii_case(b"text/event-stream")
    })
}

pin_project! {
    /// The body of an event stream, with a comment wherever it is idle for too long.
    ///
    /// Comments go between events only: while the last frame was not the end of one, none is sent.
    ///
    /// # Example
    /// ```
    /// use std::{convert::Infallible, time::Duration};
    /// use http_body_util::BodyExt;
    /// use hyper::Response;
    /// use toque::http::{SseKeepAlive, SseKeepAliveLayer, service_fn};
    /// use tower_layer::Layer;
    /// use tower_service::Service;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let events = service_fn(async |()| {
    ///     Ok::<_, Infallible>(Response::new(String::from("data: soup\n\n")))
    /// });
    /// let layer = SseKeepAliveLayer::new(Duration::from_secs(15));
    /// let answer = layer.layer(events).call(()).await.unwrap();
    /// let body: SseKeepAlive<String> = answer.into_body();
    /// assert_eq!(body.collect().await.unwrap().to_bytes(), "data: soup\n\n");
    /// # });
    /// ```
    #[derive(Debug)]
    pub struct SseKeepAlive<B> {
        #[pin]
        body: B,
        alive: Option<Alive>,
    }
}

/// What keeps an event stream alive.
#[derive(Debug)]
struct Alive {
    interval: Duration,
    /// To the next comment. None until the body is first polled.
    sleep: Option<Sleep>,
    /// The last frame has ended an event, so that a comment may follow.
    between: bool,
}

impl<B> SseKeepAlive<B> {
    /// Keeps `body` alive, a stream of events. Made in a runtime or outside of one.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use http_body_util::{BodyExt, Full};
    /// use hyper::body::Bytes;
    /// use toque::http::SseKeepAlive;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let events = Full::new(Bytes::from("data: soup\n\n"));
    /// let events = SseKeepAlive::new(events, Duration::from_secs(15));
    /// assert_eq!(events.collect().await.unwrap().to_bytes(), "data: soup\n\n");
    /// # });
    /// ```
    pub fn new(body: B, interval: Duration) -> Self {
        Self::maybe(body, Some(interval))
    }

    /// Without an interval the body is left as it is.
    fn maybe(body: B, interval: Option<Duration>) -> Self {
        let alive = interval.map(|interval| Alive {
            interval,
            sleep: None,
            between: true,
        });
        Self { body, alive }
    }
}

impl Alive {
    /// Something was sent: the interval begins anew.
    fn sent(&mut self, data: Option<&Bytes>) {
        self.between = data.is_none_or(|data| ends_event(data));
        if let Some(sleep) = &mut self.sleep {
            sleep.reset(Instant::now() + self.interval);
        }
    }

    /// Ready when a comment is due.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| sleep(self.interval));
        if !self.between {
            return Poll::Pending; // the body owes the wake
        }
        ready!(Pin::new(&mut *sleep).poll(cx));
        sleep.reset(Instant::now() + self.interval);
        Poll::Ready(())
    }
}

/// Whether `data` ends with an empty line.
fn ends_event(data: &[u8]) -> bool {
    [&b"\n\n"[..], b"\r\n\r\n", b"\r\r"]
        .iter()
        .any(|end| data.ends_with(end))
}

impl<B: Body<Data = Bytes>> Body for SseKeepAlive<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        let polled = this.body.poll_frame(cx);
        let Some(alive) = this.alive else {
            return polled;
        };
        if let Poll::Ready(frame) = polled {
            if let Some(Ok(frame)) = &frame {
                alive.sent(frame.data_ref());
            }
            return Poll::Ready(frame);
        }
        ready!(alive.poll_due(cx));
        Poll::Ready(Some(Ok(Frame::data(COMMENT))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    /// That of a body that is left as it is; what comments add to one that is kept alive nobody knows.
    fn size_hint(&self) -> SizeHint {
        match &self.alive {
            None => self.body.size_hint(),
            Some(_) => SizeHint::default(),
        }
    }
}
