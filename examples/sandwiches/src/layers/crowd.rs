//! The crowd: requests at work, which must not become more than there is memory for.

use std::sync::Arc;

use axum::extract::Request;
use toque::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Kind, Problem};

/// One permit for each request that may be at work. All threads share it.
#[derive(Debug)]
pub(crate) struct Crowd(Arc<Semaphore>);

impl Crowd {
    pub(crate) fn new(max: usize) -> Crowd {
        Crowd(Arc::new(Semaphore::new(max)))
    }

    /// Lets a request in until the permit is dropped, or refuses it: a queue would only make all of them late.
    ///
    /// Probes need no permit: a service at work is no service to restart. A stream of events counts until it begins.
    pub(super) fn admit(&self, request: &Request) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if is_probe(request.uri().path()) {
            return Ok(None);
        }
        let permit = Arc::clone(&self.0).try_acquire_owned();
        permit.map(Some).map_err(|_| {
            let told = "too many requests are at work, try again later";
            Problem::new(Kind::Overloaded, told)
        })
    }
}

fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}
