//! The routes: which handler answers which request, and the handlers themselves.
//!
//! Each handler reads from top to bottom like the order of a guest: note it, await the kitchen, serve. The await is
//! where the one thread turns to others.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Json};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::body::JsonBody;
use crate::log;
use crate::problem::Problem;
use crate::sandwich::{Draft, Patch, Sandwich};
use crate::store::{self, Listing, Place, Precondition, Store, StoreError};

/// Sandwiches on one page of the list, if the client does not say.
const PAGE: u32 = 20;
/// The most sandwiches on one page: a list must fit in memory, whatever is stored.
const PAGE_MAX: u32 = 100;
/// The longest a client may ask its query to take, where it may ask at all.
const SLOW_MAX: u64 = 60_000;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct App {
    /// Where the sandwiches are.
    pub store: Arc<dyn Store>,
    /// Whether `GET /sandwiches/{id}?slow_ms=500` makes its query take that long. For tests and demonstrations: with
    /// it any client can keep a thread of the blocking pool busy.
    pub allow_slow: bool,
}

/// The service, as a tower `Service` that hyper can drive.
pub fn app(app: App) -> Router {
    Router::new()
        .route("/sandwiches", get(list).post(create))
        .route("/sandwiches/{id}", get(read).patch(update).delete(remove))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app)
}

/// `GET /sandwiches/{id}`: 200 with the sandwich, or 404.
async fn read(
    State(app): State<App>,
    Id(id): Id,
    slow: Result<Query<Slow>, QueryRejection>,
) -> Result<Json<Sandwich>, Problem> {
    let delay = if app.allow_slow {
        query(slow)?.delay()
    } else {
        Duration::ZERO
    };

    log::line(format_args!("searching for sandwich {id}"));
    toque::time::sleep(delay).await;
    let sandwich = app.store.get(id).await?;
    log::line(format_args!("lunch time, {}", sandwich.name));

    Ok(Json(sandwich))
}

/// `GET /sandwiches`: 200 with a page of sandwiches, oldest first, and the way to the next page.
async fn list(
    State(app): State<App>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Menu>, Problem> {
    let page = query(page)?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);

    log::line(format_args!("reading the menu"));
    let listing = Listing {
        after: page.after()?,
        limit,
        ..Listing::default()
    };
    let found = app.store.list(listing).await?;
    log::line(format_args!(
        "lunch time, {} to choose from",
        found.sandwiches.len()
    ));

    Ok(Json(Menu::new(found, limit)))
}

/// `POST /sandwiches`: 201 with the sandwich and its `Location`.
async fn create(
    State(app): State<App>,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Sandwich>), Problem> {
    draft.check().map_err(Problem::unacceptable)?;

    log::line(format_args!("making sandwich {}", draft.name));
    let made = app.store.create(draft, None).await?;
    let sandwich = made.into_inner().ok_or_else(Problem::no_such_sandwich)?;
    log::line(format_args!("lunch time, {}", sandwich.name));

    let location = format!("/sandwiches/{}", sandwich.id);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(sandwich),
    ))
}

/// `PATCH /sandwiches/{id}`: 200 with the sandwich as it is now, or 404.
async fn update(
    State(app): State<App>,
    Id(id): Id,
    JsonBody(patch): JsonBody<Patch>,
) -> Result<Json<Sandwich>, Problem> {
    patch.check().map_err(Problem::unacceptable)?;

    log::line(format_args!("changing sandwich {id}"));
    let sandwich = change(&*app.store, id, patch).await?;
    log::line(format_args!("lunch time, {}", sandwich.name));

    Ok(Json(sandwich))
}

/// `DELETE /sandwiches/{id}`: 204, or 404.
async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode, Problem> {
    log::line(format_args!("clearing away sandwich {id}"));
    app.store.delete(id, Precondition::Exists).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads, patches and replaces, again and again until nobody else was faster.
async fn change(store: &dyn Store, id: Uuid, patch: Patch) -> Result<Sandwich, StoreError> {
    loop {
        let old = store.get(id).await?;
        let only = Precondition::version(old.version);
        let new = patch.clone().apply(old.into_draft());
        match store.replace(id, only, new).await {
            Err(StoreError::PreconditionFailed { .. }) => {}
            decided => return decided,
        }
    }
}

async fn not_found() -> impl IntoResponse {
    Problem::new(
        StatusCode::NOT_FOUND,
        "nothing is served here, try /sandwiches",
    )
}

/// axum adds the `Allow` header.
async fn method_not_allowed() -> impl IntoResponse {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this method is not for this resource, see the Allow header",
    )
}

/// A sandwich's id from the path. What is no UUID is the id of no sandwich, so it gives 404 too.
struct Id(Uuid);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        let Path(id) = Path::<Uuid>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::no_such_sandwich())?;
        Ok(Id(id))
    }
}

/// The query part of a single read.
#[derive(Debug, Deserialize)]
struct Slow {
    #[serde(default)]
    slow_ms: u64,
}

impl Slow {
    fn delay(&self) -> Duration {
        Duration::from_millis(self.slow_ms.min(SLOW_MAX))
    }
}

/// The query part of the list.
#[derive(Debug, Deserialize)]
struct Page {
    /// The last place of the page before. Not a number, so a page is the same whatever came or went before it.
    after: Option<String>,
    limit: Option<u32>,
}

impl Page {
    fn after(&self) -> Result<Option<Place>, Problem> {
        let place = self.after.as_deref().map(str::parse).transpose();
        place.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("after: {error}")))
    }
}

/// The answer of the list.
#[derive(Debug, Serialize)]
struct Menu {
    sandwiches: Vec<Sandwich>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Menu {
    fn new(page: store::Page, limit: u32) -> Menu {
        let next = page.next;
        Menu {
            sandwiches: page.sandwiches,
            next: next.map(|place| format!("/sandwiches?after={place}&limit={limit}")),
        }
    }
}

/// The query part of the target, or 400.
fn query<T>(read: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    read.map(|Query(value)| value)
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))
}
