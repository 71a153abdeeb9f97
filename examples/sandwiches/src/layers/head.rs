//! The head of a request: small enough, and with a `Host`.
//!
//! The server has limits of its own, about its buffer. They are coarser, and answer without a word.

use axum::extract::Request;
use axum::http::{HeaderMap, Uri, Version, header};

use crate::problem::{Kind, Problem};

/// The longest target, in bytes.
const TARGET_MAX: usize = 32 * 1024;
/// The most that all header fields may have together, in bytes.
const FIELDS_MAX: usize = 32 * 1024;

pub(super) fn check(request: &Request) -> Result<(), Problem> {
    check_target(request.uri())?;
    check_size(request.headers())?;
    check_host(request.headers(), request.version())
}

fn check_target(target: &Uri) -> Result<(), Problem> {
    let target = target.path_and_query().map_or("", |target| target.as_str());
    if target.len() <= TARGET_MAX {
        return Ok(());
    }
    let told = format!("a target has at most {TARGET_MAX} bytes");
    Err(Problem::new(Kind::TargetTooLong, told))
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
