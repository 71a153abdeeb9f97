//! The handlers of sandwiches.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tracing::info;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::problem::{Document, Kind, Problem};
use crate::request::{Conditions, Id, JsonBody, Key, NoBody, Parameters, tag};
use crate::sandwich::{Draft, Patch, Sandwich};
use crate::steps;
use crate::store::{Created, Precondition, Store, StoreError};

/// The longest a client may ask its query to take, where it may ask at all.
const SLOW_MAX: u64 = 60_000;

/// One sandwich
#[utoipa::path(
    get, path = "/sandwiches/{id}", tag = "sandwiches",
    params(("id" = Uuid, Path), Slow,
        ("If-None-Match" = Option<String>, Header, pattern = "^(?:[*]|(?:W/)?\"[!#-~]*\")$", description = "The `ETag` that the client has already"),
        ("If-Match" = Option<String>, Header, pattern = "^(?:[*]|(?:W/)?\"[!#-~]*\")$")),
    responses(
        (status = 200, body = Sandwich, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such sandwich"),
    )
)]
pub(super) async fn read(
    State(app): State<App>,
    Id(id): Id,
    Parameters(slow): Parameters<Slow>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    info!("searching for sandwich {id}");
    let sandwich = find(&app, id, slow).await?;
    info!("lunch time, {}", sandwich.name);

    serve(&app, sandwich, &conditions)
}

/// Make a sandwich
///
/// With an `Idempotency-Key`, the same request sent twice makes one sandwich, and has the same answer twice.
#[utoipa::path(
    post, path = "/sandwiches", tag = "sandwiches",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    request_body(content = Draft, content_type = "application/json"),
    responses(
        (status = 201, body = Sandwich, headers(("Location" = String), ("ETag" = String))),
        (status = 422, body = Document, content_type = "application/problem+json",
            description = "Not a sandwich, or the key was used with another body"),
    ),
    security((), ("token" = []))
)]
pub(super) async fn create(
    State(app): State<App>,
    key: Key,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<Response, Problem> {
    draft.check().map_err(Problem::unacceptable)?;
    let key = key.of(&draft);

    info!("making sandwich {}", draft.name);
    let sandwich = once(app.store.create(draft, key).await?)?;
    info!("lunch time, {}", sandwich.name);

    let location = format!("/sandwiches/{}", sandwich.id);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        plate(&sandwich),
    )
        .into_response())
}

/// Put another sandwich in its place
#[utoipa::path(
    put, path = "/sandwiches/{id}", tag = "sandwiches",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, pattern = "^(?:[*]|(?:W/)?\"[!#-~]*\")$")),
    request_body(content = Draft, content_type = "application/json"),
    responses(
        (status = 200, body = Sandwich, headers(("ETag" = String))),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such sandwich"),
        (status = 412, body = Document, content_type = "application/problem+json", description = "`If-Match` does not hold"),
        (status = 422, body = Document, content_type = "application/problem+json", description = "Not a sandwich"),
    ),
    security((), ("token" = []))
)]
pub(super) async fn replace(
    State(app): State<App>,
    Id(id): Id,
    conditions: Conditions,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<Response, Problem> {
    draft.check().map_err(Problem::unacceptable)?;
    let only = conditions.precondition()?;

    info!("replacing sandwich {id}");
    let sandwich = app.store.replace(id, only, draft).await?;
    info!("lunch time, {}", sandwich.name);

    Ok(plate(&sandwich))
}

/// Change a sandwich
///
/// A JSON merge patch (RFC 7396): a member left out stays as it is, `null` removes one that can be missing.
#[utoipa::path(
    patch, path = "/sandwiches/{id}", tag = "sandwiches",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, pattern = "^(?:[*]|(?:W/)?\"[!#-~]*\")$")),
    request_body(content(
        (Patch = "application/merge-patch+json"),
        (Patch = "application/json"),
    )),
    responses(
        (status = 200, body = Sandwich, headers(("ETag" = String))),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such sandwich"),
        (status = 412, body = Document, content_type = "application/problem+json", description = "`If-Match` does not hold"),
        (status = 422, body = Document, content_type = "application/problem+json", description = "Not a sandwich any more"),
    ),
    security((), ("token" = []))
)]
pub(super) async fn update(
    State(app): State<App>,
    Id(id): Id,
    conditions: Conditions,
    JsonBody(patch): JsonBody<Patch>,
) -> Result<Response, Problem> {
    patch.check().map_err(Problem::unacceptable)?;
    let only = conditions.precondition()?;

    info!("changing sandwich {id}");
    let sandwich = change(&*app.store, id, &only, patch).await?;
    info!("lunch time, {}", sandwich.name);

    Ok(plate(&sandwich))
}

/// Clear a sandwich away
#[utoipa::path(
    delete, path = "/sandwiches/{id}", tag = "sandwiches",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, pattern = "^(?:[*]|(?:W/)?\"[!#-~]*\")$")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such sandwich"),
        (status = 412, body = Document, content_type = "application/problem+json", description = "`If-Match` does not hold"),
    ),
    security((), ("token" = []))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Id(id): Id,
    conditions: Conditions,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    let only = conditions.precondition()?;

    info!("clearing away sandwich {id}");
    app.store.delete(id, only).await?;

    Ok(StatusCode::NO_CONTENT)
}

/// The query, as slow as the client wants it, its steps told if the command line wants that.
async fn find(app: &App, id: Uuid, slow: Slow) -> Result<Sandwich, StoreError> {
    let query = async {
        if app.settings.allow_slow {
            toque::time::sleep(slow.delay()).await;
        }
        app.store.get(id).await
    };
    if app.settings.steps {
        steps::told(query).await
    } else {
        query.await
    }
}

/// 304 if the client has it already, else the sandwich. A cache may keep it, and must ask each time whether it is still so.
fn serve(app: &App, sandwich: Sandwich, conditions: &Conditions) -> Result<Response, Problem> {
    if app.settings.steps {
        steps::tell_the_end();
    }
    if conditions.has_it(sandwich.version)? {
        let etag = (header::ETAG, tag(sandwich.version));
        return Ok((StatusCode::NOT_MODIFIED, [ask(), etag]).into_response());
    }
    Ok(([ask()], plate(&sandwich)).into_response())
}

/// What a cache is told of a sandwich.
fn ask() -> (HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))
}

/// A sandwich as it is answered. Not by axum's `Json`, whose buffer is slower to write to, and grows.
fn plate(sandwich: &Sandwich) -> Response {
    let mut json = Vec::with_capacity(256 + sandwich.text_len());
    serde_json::to_writer(&mut json, sandwich).expect("text and numbers can be written");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::ETAG, tag(sandwich.version)),
    ];
    (headers, Body::from(json)).into_response()
}

/// What was made under the key, now or before.
pub(super) fn once<T>(created: Created<T>) -> Result<T, Problem> {
    let reused = || Problem::new(Kind::KeyReused, "this key came before with another body");
    created.into_inner().ok_or_else(reused)
}

/// Reads, patches and replaces, again and again until nobody else was faster.
///
/// What the client asked for is checked on what was read; the replacement then is of exactly that version.
async fn change(
    store: &dyn Store,
    id: Uuid,
    only: &Precondition,
    patch: Patch,
) -> Result<Sandwich, StoreError> {
    loop {
        let old = store.get(id).await?;
        only.check(old.version)?;
        let read = Precondition::version(old.version);
        let new = patch.clone().apply(old.into_draft());
        match store.replace(id, read, new).await {
            Err(StoreError::PreconditionFailed { .. }) => {}
            decided => return decided,
        }
    }
}

/// The query part of a single read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Slow {
    /// How long the query is to take, where the service allows that (`--allow-slow`). Elsewhere it has no effect.
    #[serde(default)]
    #[param(required = false)]
    slow_ms: u64,
}

impl Slow {
    fn delay(&self) -> Duration {
        Duration::from_millis(self.slow_ms.min(SLOW_MAX))
    }
}
