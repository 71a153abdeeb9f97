//! The last event that a client has seen: `Last-Event-ID`, or `?after=` where a browser cannot set a header.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;

use super::Parameters;
use crate::problem::Problem;

/// The number behind which events are wanted; 0 is the beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastEvent(pub(crate) u64);

/// The query part of the streams.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    /// The number of the last event seen. The header `Last-Event-ID` goes before it.
    after: Option<u64>,
}

impl<S: Send + Sync> FromRequestParts<S> for LastEvent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Parameters(query) = Parameters::<After>::from_request_parts(parts, state).await?;
        let Some(value) = parts.headers.get("last-event-id") else {
            return Ok(LastEvent(query.after.unwrap_or(0)));
        };
        let number = value.to_str().ok().and_then(|text| text.parse().ok());
        let malformed = || Problem::malformed_header("last-event-id", "must be an event's number");
        number.map(LastEvent).ok_or_else(malformed)
    }
}
