//! The layers: what every request passes on its way to a handler, and every answer on its way back.
//!
//! From the outside in: `access` names the request, tells and counts its answer, and has `caching` keep it out of caches;
//! `panics` makes an answer of a handler's panic; `guest` tells the kitchen page of the request, where there is one; `cors`
//! lets web pages in; the `gate` asks whether there is room for one more (`crowd`), checks what hyper leaves to us (`framing`
//! and `head`), and wants the [`token`].

mod access;
mod caching;
mod cors;
pub(crate) mod crowd;
mod framing;
mod gate;
mod guest;
mod head;
mod panics;
pub mod token;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;

/// All layers around these routes.
pub(crate) fn around(routes: Router, app: App) -> Router {
    let cors = cors::layer(&app.settings.cors_origins);
    let routes = routes.layer(from_fn_with_state(app.clone(), gate::pass));
    let routes = match cors {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    let routes = match app.settings.window.clone() {
        Some(window) => routes.layer(from_fn_with_state(window, guest::seat)),
        None => routes,
    };
    routes
        .layer(CatchPanicLayer::custom(panics::answer))
        .layer(from_fn_with_state(app, access::log))
}
