//! The answer when a handler panics: 500 for its request alone.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};

/// Called in the request's task, so the line has its name.
pub(super) fn answer(payload: Box<dyn Any + Send>) -> Response {
    let said = payload.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| payload.downcast_ref::<&str>().copied());
    tracing::error!("a handler panicked: {}", said.unwrap_or("(no words)"));
    let told = "a fault of ours; tell us the x-request-id of this answer";
    Problem::new(Kind::Internal, told).into_response()
}
