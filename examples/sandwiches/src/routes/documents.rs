//! The documents: what is served, and what each problem means. They change with a release, so anybody may keep them.

use std::fmt::Write;

use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

use crate::problem::{Document, Kind, Problem};

/// How long: a new release is seen within the hour.
const KEPT: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

/// The OpenAPI document, as it was written at the start.
pub(super) fn json(document: String) -> Response {
    let head = [(header::CONTENT_TYPE, "application/json"), KEPT];
    (head, document).into_response()
}

/// All problems
#[utoipa::path(get, path = "/problems", tag = "operation",
    responses((status = 200, body = String, content_type = "text/markdown")))]
pub(super) async fn problems() -> Response {
    let mut text = "# Problems\n\n".to_owned();
    for kind in Kind::ALL {
        let (path, status, title) = (kind.path(), kind.status().as_u16(), kind.title());
        let _ = writeln!(text, "- [{title}]({path}), {status}"); // to a string: it can't fail
    }
    markdown(text)
}

/// What a problem means
#[utoipa::path(get, path = "/problems/{name}", tag = "operation",
    params(("name" = String, Path, description = "The last segment of its `type`")),
    responses(
        (status = 200, body = String, content_type = "text/markdown"),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such problem"),
    ))]
pub(super) async fn problem(name: Option<Path<String>>) -> Result<Response, Problem> {
    let kind = name.and_then(|Path(name)| Kind::of_name(&name));
    let kind =
        kind.ok_or_else(|| Problem::new(Kind::NotFound, "there is no problem of this name"))?;
    let (title, status, meaning) = (kind.title(), kind.status(), kind.meaning());
    Ok(markdown(format!(
        "# {title}\n\nStatus: {status}\n\n{meaning}\n"
    )))
}

fn markdown(text: String) -> Response {
    let head = [(header::CONTENT_TYPE, "text/markdown; charset=utf-8"), KEPT];
    (head, text).into_response()
}
