//! The gate: what is asked of every request before a handler sees it.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use toque::sync::OwnedSemaphorePermit;
use tower::Service;

use super::{Answer, framing, head, token};
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
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Answer {
        let ends = framing::ends_the_connection(&request);
        let admitted = admit(&self.app, &request);
        let answer = admitted.map(|permit| (permit, self.inner.call(request)));
        Box::pin(async move {
            let mut response = match answer {
                Ok((_permit, answer)) => answer.await?,
                Err(refusal) => refusal.into_response(),
            };
            if ends {
                framing::end_the_connection(&mut response);
            }
            Ok(response)
        })
    }
}

/// Lets a request in that there is room for, and nothing to say against. Probes need no permit.
fn admit(app: &App, request: &Request) -> Result<Option<OwnedSemaphorePermit>, Problem> {
    let permit = app.crowd.admit(request)?;
    head::check(request)?;
    token::check(app.settings.token.as_ref(), request)?;
    Ok(permit)
}
