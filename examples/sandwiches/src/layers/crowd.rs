//! The crowd: requests at work, which must not become more than there is memory for.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use toque::sync::Semaphore;

use crate::problem::{Kind, Problem};

/// One permit for each request that may be at work. All threads share it.
#[derive(Debug, Clone)]
pub(crate) struct Crowd(Arc<Semaphore>);

impl Crowd {
    pub(crate) fn new(max: usize) -> Crowd {
        Crowd(Arc::new(Semaphore::new(max)))
    }
}

/// Refuses a request if there are too many: a queue would only make all of them late.
///
/// Probes are let in: a service at work is no service to restart. A stream of events counts until it begins.
pub(super) async fn admit(State(crowd): State<Crowd>, request: Request, next: Next) -> Response {
    if is_probe(request.uri().path()) {
        return next.run(request).await;
    }
    let Ok(_permit) = crowd.0.try_acquire() else {
        let told = "too many requests are at work, try again later";
        return Problem::new(Kind::Overloaded, told).into_response();
    };
    next.run(request).await
}

fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}
