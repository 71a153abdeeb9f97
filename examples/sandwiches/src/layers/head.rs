//! The head of a request: small enough, and with a `Host`.

use axum::extract::Request;
use axum::http::{HeaderMap, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};

/// The most that all header fields may have together, in bytes. The server's own limit is about its buffer, and coarser.
const FIELDS_MAX: usize = 32 * 1024;

pub(super) async fn check(request: Request, next: Next) -> Response {
    let headers = request.headers();
    match check_size(headers).and_then(|()| check_host(headers, request.version())) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_size(headers: &HeaderMap) -> Result<(), Problem> {
    let size = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        name.as_str().len() + value.len()
    };
    if headers.iter().map(size).sum::<usize>() <= FIELDS_MAX {
        return Ok(());
    }
    let told = format!("all header fields together have at most {FIELDS_MAX} bytes");
    Err(Problem::new(Kind::HeadTooLarge, told))
}

/// One and only one in HTTP/1.1, as RFC 9112 (3.2) wants it: two could mean one host to a proxy and another to us.
fn check_host(headers: &HeaderMap, version: Version) -> Result<(), Problem> {
    match headers.get_all(header::HOST).iter().count() {
        1 => Ok(()),
        0 if version != Version::HTTP_11 => Ok(()),
        0 => Err(Problem::malformed_header("host", "is missing")),
        _ => Err(Problem::malformed_header("host", "comes twice")),
    }
}
