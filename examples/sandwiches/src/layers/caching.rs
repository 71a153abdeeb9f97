//! Caching: an answer that says nothing about it is kept by nobody.
//!
//! A cache may guess how long an answer is fresh, of a 404 too (RFC 9111, 4.2.2). What may be kept says so in its handler.

use axum::http::{HeaderValue, header};
use axum::response::Response;

pub(super) fn refuse(response: &mut Response) {
    let headers = response.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
