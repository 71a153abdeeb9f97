//! A problem: an error as the client sees it, `application/problem+json` by RFC 9457.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::log;
use crate::store::StoreError;

/// What went wrong, ready to be answered. Handlers return it as their `Err`.
#[derive(Debug)]
pub struct Problem {
    /// The status line, and the `status` member of the body.
    status: StatusCode,
    /// One sentence for the reader at the other end: what to change. Never a detail of our inside.
    detail: String,
}

impl Problem {
    /// A problem of this status, told in one sentence.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: detail.into(),
        }
    }

    /// 404 for a sandwich that is not there.
    pub fn no_such_sandwich() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "there is no sandwich of this id")
    }

    /// 422 for a body that is JSON, but not a sandwich we take.
    pub fn unacceptable(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The log gets the cause, the client only that it may try again.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::NotFound => Problem::no_such_sandwich(),
            StoreError::PreconditionFailed { .. } => Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "it has been changed since you read it",
            ),
            StoreError::Finished | StoreError::LeaseLost => {
                Problem::new(StatusCode::CONFLICT, error.to_string())
            }
            // Broken too: it is not the request's fault, and somebody will repair it.
            StoreError::Unavailable { .. } | StoreError::Broken { .. } => {
                log::line(format_args!("the kitchen failed: {error}"));
                Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the store does not answer, try again later",
                )
            }
        }
    }
}
