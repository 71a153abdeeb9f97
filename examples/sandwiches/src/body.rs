//! A request's body: read within a size and a time, then taken for JSON; each failure is a [`Problem`] of its own.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::problem::Problem;
use crate::sandwich::{Draft, Patch};

/// The largest body that is taken.
const SIZE_MAX: usize = 64 * 1024;
/// How much of a body that is too large is read and thrown away before the answer. Closing a socket with unread data
/// resets the connection, and the reset can overtake the answer.
const DRAIN_MAX: usize = 16 * SIZE_MAX;
/// How long a client may take to send its body: a handler must not wait for ever on one that stalls.
const PATIENCE: Duration = Duration::from_secs(30);

/// What can be a body, and under which content types.
pub(crate) trait FromJson: DeserializeOwned {
    /// Media types without parameters, in lower case.
    const TYPES: &'static [&'static str];
}

impl FromJson for Draft {
    const TYPES: &'static [&'static str] = &["application/json"];
}

impl FromJson for Patch {
    const TYPES: &'static [&'static str] = &["application/merge-patch+json", "application/json"];
}

/// axum's extractor for a JSON body, in place of `axum::Json`, whose refusals are plain text.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: FromJson, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        check_type::<T>(request.headers())?;
        let waits_for_leave = request.headers().contains_key(header::EXPECT);
        let body = request.into_body();
        let declared = body.size_hint().lower();
        // A client that asked first (`Expect: 100-continue`) has not sent the body, so there is nothing to drain.
        if declared > DRAIN_MAX as u64 || (waits_for_leave && declared > SIZE_MAX as u64) {
            return Err(too_large());
        }
        let bytes = toque::time::timeout(PATIENCE, read(body))
            .await
            .map_err(|_| {
                Problem::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "the body took too long to arrive",
                )
            })??;
        parse(&bytes).map(JsonBody)
    }
}

fn check_type<T: FromJson>(headers: &HeaderMap) -> Result<(), Problem> {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = sent
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if T::TYPES.contains(&essence.as_str()) {
        return Ok(());
    }
    let wanted = T::TYPES.join(" or ");
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("content-type must be {wanted}"),
    ))
}

/// The whole body, if it is not too large.
async fn read(mut body: Body) -> Result<Vec<u8>, Problem> {
    let mut kept = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body broke off"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen += data.len();
        if seen > DRAIN_MAX {
            break;
        }
        if seen <= SIZE_MAX {
            kept.extend_from_slice(&data);
        }
    }
    if seen > SIZE_MAX {
        Err(too_large())
    } else {
        Ok(kept)
    }
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("a body has at most {SIZE_MAX} bytes"),
    )
}

/// 400 for what is no JSON, 422 for JSON of the wrong shape.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        // An error of shape ends the parse early, so look whether the rest is JSON at all.
        let is_json = error.classify() == Category::Data
            && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        if is_json {
            Problem::unacceptable(error.to_string())
        } else {
            Problem::new(
                StatusCode::BAD_REQUEST,
                format!("the body is not JSON: {error}"),
            )
        }
    })
}
