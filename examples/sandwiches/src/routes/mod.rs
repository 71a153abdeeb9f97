//! The routes: which handler answers which request.
//!
//! Each handler reads from top to bottom like the order of a guest: note it, await the kitchen, serve. The await is
//! where the one thread turns to others.

mod documents;
mod events;
mod kitchen;
mod menu;
mod orders;
mod probes;
mod sandwiches;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::openapi;
use crate::problem::{Kind, Problem};
use crate::window::Window;

/// All of them, with the document that describes them: each route is named once, and is in both. With a window, those of the
/// kitchen page too.
pub(crate) fn all(window: Option<&Arc<Window>>) -> Router<App> {
    let (router, document) = OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(menu::list, sandwiches::create))
        .routes(routes!(
            sandwiches::read,
            sandwiches::replace,
            sandwiches::update,
            sandwiches::remove
        ))
        .routes(routes!(orders::place))
        .routes(routes!(orders::read, orders::cancel))
        .routes(routes!(events::of_all))
        .routes(routes!(events::of_one))
        .routes(routes!(socket::of_one))
        .routes(routes!(documents::problems))
        .routes(routes!(documents::problem))
        .routes(routes!(probes::alive))
        .routes(routes!(probes::ready))
        .routes(routes!(probes::metrics))
        .split_for_parts();
    let document = openapi::finish(document);
    let kitchen = window.map(kitchen::routes).unwrap_or_default();
    router
        .merge(kitchen)
        .route(
            "/openapi.json",
            get(async move || documents::json(document)),
        )
        .fallback(elsewhere)
        .method_not_allowed_fallback(other_method)
}

/// No such path. `OPTIONS *` asks about the service as a whole.
async fn elsewhere(method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS && uri.path() == "*" {
        let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        return (StatusCode::NO_CONTENT, [(header::ALLOW, methods)]).into_response();
    }
    let told = "nothing is served here, /openapi.json tells what is";
    Problem::new(Kind::NotFound, told).into_response()
}

/// Not a method of this resource, or the question which are. axum adds the `Allow` header.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let told = "this method is not for this resource, see the Allow header";
    Problem::new(Kind::MethodNotAllowed, told).into_response()
}
