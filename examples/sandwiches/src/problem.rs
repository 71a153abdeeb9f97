//! A problem: an error as the client sees it, `application/problem+json` by RFC 9457.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use crate::problem_kind::Kind;

use crate::flaw::Flaw;
use crate::store::StoreError;

/// When to come back, if nobody knows better.
const SOON: Duration = Duration::from_secs(1);

/// What went wrong, ready to be answered. Handlers return it as their `Err`.
#[derive(Debug)]
pub struct Problem {
    /// Which of those that are documented.
    kind: Kind,
    /// One sentence for the reader at the other end: what to change. Never a detail of our inside.
    detail: String,
    /// Where exactly, if that is known.
    errors: Vec<Flaw>,
    /// For those that go away by themselves.
    retry_after: Option<Duration>,
}

/// The body of every answer that is an error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// Stable, and documented where it points to.
    #[serde(rename = "type")]
    #[schema(value_type = String, format = "uri-reference", example = "/problems/no-such-sandwich")]
    kind: String,
    /// The same for all problems of this type.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// Each thing that is wrong, and where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Flaw>,
}

impl Problem {
    /// A problem of this kind, told in one sentence.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        let retry_after = (kind.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(SOON);
        Problem {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after,
        }
    }

    /// One that is at these places.
    pub fn at(kind: Kind, detail: impl Into<String>, errors: Vec<Flaw>) -> Problem {
        Problem {
            errors,
            ..Problem::new(kind, detail)
        }
    }

    /// 404 for a sandwich that is not there.
    pub fn no_such_sandwich() -> Problem {
        Problem::new(Kind::NoSuchSandwich, "there is no sandwich of this id")
    }

    /// 404 for an order that is not there.
    pub fn no_such_order() -> Problem {
        Problem::new(Kind::NoSuchOrder, "there is no order of this id")
    }

    /// 422 for a body that is JSON, but not of the shape we take.
    pub fn unacceptable(errors: Vec<Flaw>) -> Problem {
        let detail = match errors.len() {
            1 => "the body has a field that is not as it must be".to_owned(),
            n => format!("the body has {n} fields that are not as they must be"),
        };
        Problem::at(Kind::InvalidContent, detail, errors)
    }

    /// 400 for a header that cannot be read.
    pub fn malformed_header(name: &'static str, detail: impl Into<String>) -> Problem {
        let errors = vec![Flaw::header(name, detail)];
        Problem::at(
            Kind::MalformedHeader,
            format!("{name} cannot be read"),
            errors,
        )
    }

    /// 400 for a query that cannot be read.
    pub fn malformed_query(parameter: &str, detail: impl Into<String>) -> Problem {
        let errors = vec![Flaw::parameter(parameter, detail)];
        Problem::at(Kind::MalformedQuery, "the query cannot be read", errors)
    }

    /// The same error for an order, whose "not there" is of another kind.
    pub fn of_order(error: StoreError) -> Problem {
        match error {
            StoreError::NotFound => Problem::no_such_order(),
            other => other.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let document = Document {
            kind: self.kind.path(),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: self.detail,
            errors: self.errors,
        };
        let body = serde_json::to_vec(&document).expect("text and numbers can be written");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(after) = self.retry_after {
            let seconds = after.as_millis().div_ceil(1000).max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds as u64));
        }
        for (name, value) in self.kind.headers() {
            headers.insert(*name, HeaderValue::from_static(value));
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
                Kind::PreconditionFailed,
                "it has been changed since you read it",
            ),
            StoreError::Finished => {
                Problem::new(Kind::OrderFinished, "the order has taken its last step")
            }
            StoreError::LeaseLost => {
                Problem::new(Kind::OrderFinished, "another cook has the order")
            }
            StoreError::Unavailable { retry_after, .. } => store_unavailable(&error, retry_after),
            // Not the request's fault, and somebody will repair it.
            StoreError::Broken { .. } => store_unavailable(&error, SOON),
        }
    }
}

fn store_unavailable(error: &StoreError, retry_after: Duration) -> Problem {
    tracing::error!("the kitchen failed: {error}");
    let told = "the store does not answer, try again later";
    Problem {
        retry_after: Some(retry_after),
        ..Problem::new(Kind::StoreUnavailable, told)
    }
}
