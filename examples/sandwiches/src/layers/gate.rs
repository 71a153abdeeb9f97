//! The gate: what is asked of every request before a handler sees it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;
use toque::sync::OwnedSemaphorePermit;
use tower::Service;

use super::{framing, head, token};
use crate::app::App;
use crate::problem::Problem;

/// A service behind the gate.
#[derive(Debug, Clone)]
pub(super) struct Gate<S> {
    app: App,
    inner: S,
}

impl<S> Gate<S> {
    pub(super) fn new(app: App, inner: S) -> Gate<S> {
        Gate { app, inner }
    }
}

impl<S> Service<Request> for Gate<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Passage<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let ends = framing::ends_the_connection(&request);
        let passing = match admit(&self.app, &request) {
            Ok(permit) => Passing::Admitted {
                answer: self.inner.call(request),
                permit,
            },
            Err(refusal) => Passing::Refused {
                refusal: Some(refusal),
            },
        };
        Passage { passing, ends }
    }
}

pin_project! {
    /// The answer of a [`Gate`].
    pub(super) struct Passage<F> {
        #[pin]
        passing: Passing<F>,
        // The connection ends with the answer.
        ends: bool,
    }
}

pin_project! {
    #[project = PassingProjection]
    enum Passing<F> {
        Admitted {
            #[pin]
            answer: F,
            permit: Option<OwnedSemaphorePermit>,
        },
        Refused { refusal: Option<Problem> },
    }
}

impl<F> Future for Passage<F>
where
    F: Future<Output = Result<Response, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match this.passing.project() {
            PassingProjection::Admitted { answer, permit } => {
                let response = ready!(answer.poll(cx))?;
                drop(permit.take());
                response
            }
            PassingProjection::Refused { refusal } => {
                refusal.take().expect("polled once").into_response()
            }
        };
        if *this.ends {
            framing::end_the_connection(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}

/// Lets a request in that there is room for, and nothing to say against. Probes need no permit.
fn admit(app: &App, request: &Request) -> Result<Option<OwnedSemaphorePermit>, Problem> {
    let permit = app.crowd.admit(request)?;
    head::check(request)?;
    token::check(app.settings.token.as_ref(), request)?;
    Ok(permit)
}
