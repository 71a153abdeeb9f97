//! The `Host` header: one and only one in HTTP/1.1, as RFC 9112 (3.2) wants it.
//!
//! Two of them could mean one host to a proxy and another to us.

use axum::extract::Request;
use axum::http::{Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

pub(super) async fn check(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let may_be_missing = request.version() != Version::HTTP_11;
    match hosts {
        1 => next.run(request).await,
        0 if may_be_missing => next.run(request).await,
        0 => Problem::malformed_header("host", "is missing").into_response(),
        _ => Problem::malformed_header("host", "comes twice").into_response(),
    }
}
