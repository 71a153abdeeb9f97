//! The framing of a body: whatever the client meant by it, there is one request in it, and no second.
//!
//! `toque::http` refuses a head with both `Content-Length` and `Transfer-Encoding`, as far as it can tell where a head begins:
//! not behind a chunked body. So a connection ends with its first chunked request, and nothing that was smuggled behind one
//! is read (RFC 9112, 6.3).

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;

pub(super) fn ends_the_connection(request: &Request) -> bool {
    request.headers().contains_key(header::TRANSFER_ENCODING)
}

pub(super) fn end_the_connection(response: &mut Response) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}
