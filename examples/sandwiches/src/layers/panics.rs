//! The answer when a handler panics: 500 for its request alone.
//!
//! tower-http has such a layer. It boxes the body of each answer once more, and axum boxes that.

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;
use tower::Service;

use crate::problem::{Kind, Problem};

/// What a panic leaves.
type Payload = Box<dyn Any + Send>;

/// A service whose panics are answers.
#[derive(Debug, Clone)]
pub(super) struct Panics<S>(pub(super) S);

impl<S> Service<Request> for Panics<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Caught<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match catch_unwind(AssertUnwindSafe(|| self.0.call(request))) {
            Ok(answer) => Caught::Running { answer },
            Err(payload) => Caught::Panicked {
                payload: Some(payload),
            },
        }
    }
}

pin_project! {
    /// The answer of [`Panics`].
    #[project = CaughtProjection]
    pub(super) enum Caught<F> {
        Running { #[pin] answer: F },
        Panicked { payload: Option<Payload> },
    }
}

impl<F> Future for Caught<F>
where
    F: Future<Output = Result<Response, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let payload = match self.project() {
            CaughtProjection::Running { answer } => {
                match catch_unwind(AssertUnwindSafe(|| answer.poll(cx))) {
                    Ok(polled) => return polled,
                    Err(payload) => payload,
                }
            }
            CaughtProjection::Panicked { payload } => payload.take().expect("polled once"),
        };
        Poll::Ready(Ok(apology(payload)))
    }
}

/// Called in the request's task, so the line has its name.
fn apology(payload: Payload) -> Response {
    let said = payload.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| payload.downcast_ref::<&str>().copied());
    tracing::error!("a handler panicked: {}", said.unwrap_or("(no words)"));
    let told = "a fault of ours; tell us the x-request-id of this answer";
    Problem::new(Kind::Internal, told).into_response()
}
