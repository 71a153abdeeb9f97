//! The layers: what every request passes on its way to a handler, and every answer on its way back.
//!
//! From the outside in: `access` names the request, and tells and counts its answer; `caching` keeps answers out of caches;
//! `panics` makes an answer of a handler's panic; `guest` tells the kitchen page of the request, where there is one; `cors`
//! lets web pages in; `crowd` refuses what is too much; `framing` and `head` check what hyper leaves to us; [`token`] asks for
//! the token.

mod access;
mod caching;
mod cors;
pub(crate) mod crowd;
mod framing;
mod guest;
mod head;
mod panics;
pub mod token;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::request::BodyMax;

/// All layers around these routes.
pub(crate) fn around(routes: Router, app: App) -> Router {
    let settings = &app.settings;
    let routes = routes
        .layer(Extension(BodyMax(settings.body_max)))
        .layer(from_fn_with_state(settings.token.clone(), token::ask))
        .layer(from_fn(head::check))
        .layer(from_fn(framing::end_after_chunks))
        .layer(from_fn_with_state(app.crowd.clone(), crowd::admit));
    let routes = match cors::layer(&settings.cors_origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    let routes = match settings.window.clone() {
        Some(window) => routes.layer(from_fn_with_state(window, guest::seat)),
        None => routes,
    };
    routes
        .layer(CatchPanicLayer::custom(panics::answer))
        .layer(from_fn(caching::refuse))
        .layer(from_fn_with_state(app, access::log))
}
