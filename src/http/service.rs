//! The waiter: a tower service as hyper calls it, once for each request of a connection.
//! It notes the request's beginning and its end, says who has called, and says `connection: close` where that is due.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::hyper::body::{Body, Frame, Incoming, SizeHint};
use ::hyper::header::{CONNECTION, HeaderValue};
use ::hyper::{Method, Request, Response, StatusCode, Version};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::connect_info::ConnectInfo;
use super::progress::{InFlight, Progress};

/// Any error.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// One connection's service.
#[derive(Clone, Debug)]
pub(super) struct Waiter<S, A> {
    pub(super) service: S,
    /// The client.
    pub(super) addr: A,
    pub(super) progress: Arc<Progress>,
}

impl<S, A, B> ::hyper::service::Service<Request<Incoming>> for Waiter<S, A>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone,
    A: Clone + Send + Sync + 'static,
{
    type Response = Response<Answer<B>>;
    type Error = S::Error;
    type Future = Serving<S>;

    fn call(&self, mut request: Request<Incoming>) -> Serving<S> {
        let in_flight = self.progress.begin(!request.body().is_end_stream());
        let addr = ConnectInfo(self.addr.clone());
        request.extensions_mut().insert(addr);
        Serving {
            in_flight: Some(in_flight),
            version: request.version(),
            connects: request.method() == Method::CONNECT,
            call: Call::Waiting {
                service: self.service.clone(),
                request: Some(request),
            },
        }
    }
}

pin_project! {
    /// One request on its way through the service.
    pub(super) struct Serving<S: Service<Request<Incoming>>> {
        // Goes over to the answer.
        in_flight: Option<InFlight>,
        // HTTP/2 has no `connection`.
        version: Version,
        // An answer to CONNECT is the beginning of a tunnel.
        connects: bool,
        #[pin]
        call: Call<S>,
    }
}

pin_project! {
    #[project = CallProjection]
    enum Call<S: Service<Request<Incoming>>> {
        Waiting { service: S, request: Option<Request<Incoming>> },
        Running { #[pin] future: S::Future },
    }
}

impl<S: Service<Request<Incoming>>> Call<S> {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<S::Response, S::Error>> {
        if let CallProjection::Waiting { service, request } = self.as_mut().project() {
            ready!(service.poll_ready(cx))?;
            let request = request.take().expect("a service is called once");
            let future = service.call(request);
            self.set(Call::Running { future });
        }
        match self.project() {
            CallProjection::Running { future } => future.poll(cx),
            CallProjection::Waiting { .. } => unreachable!("it runs since the lines above"),
        }
    }
}

impl<S, B> Future for Serving<S>
where
    S: Service<Request<Incoming>, Response = Response<B>>,
{
    type Output = Result<Response<Answer<B>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.call.poll(cx))?;
        let in_flight = this.in_flight.take();
        if let Some(in_flight) = &in_flight {
            let progress = in_flight.progress();
            if is_upgrade(*this.connects, response.status()) {
                progress.upgrade();
            } else if progress.is_last() && *this.version <= Version::HTTP_11 {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
        }
        Poll::Ready(Ok(response.map(|body| Answer { body, in_flight })))
    }
}

/// Whether HTTP ends with this answer.
fn is_upgrade(connects: bool, status: StatusCode) -> bool {
    status == StatusCode::SWITCHING_PROTOCOLS || connects && status.is_success()
}

pin_project! {
    /// The body of an answer. Dropped, its request is no longer in flight.
    pub(super) struct Answer<B> {
        #[pin]
        body: B,
        in_flight: Option<InFlight>,
    }
}

impl<B: Body> Body for Answer<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().body.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
