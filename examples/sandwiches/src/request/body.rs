//! A request's body: read within a size, within the server's deadlines, then taken for JSON; each failure is a [`Problem`] of its own.

use std::error::Error;
use std::io;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, header};
use http_body_util::BodyExt;

use super::json::{self, FromJson};
use crate::app::App;
use crate::flaw::Flaw;
use crate::problem::{Kind, Problem};

/// The largest body that is taken, unless the command line says otherwise.
pub(crate) const BODY_MAX: usize = 64 * 1024;
/// How many times that is read and thrown away of a body that is too large, before the answer. Closing a socket with
/// unread data resets the connection, and the reset can overtake the answer.
const DRAIN: usize = 16;
/// Media types, without parameters and in lower case.
pub(crate) const JSON: &str = "application/json";
pub(crate) const MERGE_PATCH: &str = "application/merge-patch+json";

/// axum's extractor for a JSON body, in place of `axum::Json`, whose refusals are plain text.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: FromJson> FromRequest<App> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        check_type::<T>(request.headers())?;
        check_coding(request.headers())?;
        let bytes = receive(request, app.settings.body_max).await?;
        json::parse(&bytes).map(JsonBody)
    }
}

/// For requests whose body says nothing: what comes is within the size and the time too, and is thrown away.
#[derive(Debug)]
pub(crate) struct NoBody;

impl FromRequest<App> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let max = app.settings.body_max;
        receive(request, max).await.map(|_| NoBody)
    }
}

fn check_type<T: FromJson>(headers: &HeaderMap) -> Result<(), Problem> {
    let mut parts = text(headers, &header::CONTENT_TYPE)
        .split(';')
        .map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let foreign = parts.any(|part| {
        let part = part.to_ascii_lowercase();
        let charset = part
            .strip_prefix("charset=")
            .map(|name| name.trim_matches('"'));
        charset.is_some_and(|name| name != "utf-8")
    });
    if T::TYPES.contains(&essence.as_str()) && !foreign {
        return Ok(());
    }
    let wanted = T::TYPES.join(" or ");
    Err(unsupported(
        "content-type",
        format!("must be {wanted}, in UTF-8"),
    ))
}

/// A coded body could unfold to any size, and saves nothing at this one.
fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = text(headers, &header::CONTENT_ENCODING);
    if coding.is_empty() || coding.eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    Err(unsupported(
        "content-encoding",
        "the body must come uncoded",
    ))
}

fn unsupported(header: &'static str, detail: impl Into<String>) -> Problem {
    let errors = vec![Flaw::header(header, detail)];
    let told = format!("this {header} is not taken here");
    Problem::at(Kind::UnsupportedMediaType, told, errors)
}

/// A header's value; empty if there is none, or none that is text.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// The whole body, if it is not too large.
async fn receive(request: Request, max: usize) -> Result<Vec<u8>, Problem> {
    let waits_for_leave = request.headers().contains_key(header::EXPECT);
    let body = request.into_body();
    let declared = body.size_hint().lower();
    // A client that asked first (`Expect: 100-continue`) has not sent the body, so there is nothing to drain.
    if declared > (max * DRAIN) as u64 || (waits_for_leave && declared > max as u64) {
        return Err(too_large(max));
    }
    read(body, max).await
}

async fn read(mut body: Body, max: usize) -> Result<Vec<u8>, Problem> {
    let mut kept = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(broken)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen += data.len();
        if seen > max * DRAIN {
            break;
        }
        if seen <= max {
            kept.extend_from_slice(&data);
        }
    }
    if seen > max {
        Err(too_large(max))
    } else {
        Ok(kept)
    }
}

/// A deadline of the server, which watches how a body comes, shows as an error of the read.
fn broken(error: axum::Error) -> Problem {
    if is_late(&error) {
        return Problem::new(Kind::RequestTimeout, "the body took too long to arrive");
    }
    Problem::new(
        Kind::MalformedBody,
        "the body broke off, or is framed wrongly",
    )
}

fn is_late(error: &(dyn Error + 'static)) -> bool {
    let read = error.downcast_ref::<io::Error>();
    read.is_some_and(|read| read.kind() == io::ErrorKind::TimedOut)
        || error.source().is_some_and(is_late)
}

fn too_large(max: usize) -> Problem {
    Problem::new(
        Kind::ContentTooLarge,
        format!("a body has at most {max} bytes"),
    )
}
