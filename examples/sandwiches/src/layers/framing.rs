//! The framing of a body: whatever the client meant by it, there is one request in it, and no second.
//!
//! Where both `Content-Length` and `Transfer-Encoding` come, hyper goes by the latter and hides the former. A proxy that
//! went by the former would see two requests where we see one, or one where we see two. So a connection ends with its
//! first chunked request, as RFC 9112 (6.3) wants it, and nothing that was smuggled behind one is read.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn end_after_chunks(request: Request, next: Next) -> Response {
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = next.run(request).await;
    if is_chunked {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}
