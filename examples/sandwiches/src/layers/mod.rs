//! The layers: what every request passes on its way to a handler, and every answer on its way back.
//!
//! From the outside in: `access` names the request, tells and counts its answer, and has `caching` keep it out of caches;
//! `panics` makes an answer of a handler's panic; `guest` tells the kitchen page of the request, where there is one; `cors`
//! lets web pages in; the `gate` asks whether there is room for one more (`crowd`), checks what hyper leaves to us
//! (`framing` and `head`), and wants the [`token`].
//!
//! Those that every request passes are plain services whose futures have names: what axum's `from_fn` makes of a function is four
//! boxes a request, and a future in a box of its own is one more.

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
use tower::layer::layer_fn;
use tower::util::option_layer;

use self::access::Access;
use self::gate::Gate;
use self::panics::Panics;
use crate::app::App;

/// All layers around these routes. By one call, since axum boxes what each call gives, and clones all boxes for each request.
pub(crate) fn around(routes: Router, app: App) -> Router {
    let (outer, settings) = (app.clone(), &app.settings);
    let window = settings.window.clone();
    routes.layer((
        layer_fn(move |inner| Access::new(outer.clone(), inner)),
        layer_fn(Panics),
        option_layer(window.map(|window| from_fn_with_state(window, guest::seat))),
        option_layer(cors::layer(&settings.cors_origins)),
        layer_fn(move |inner| Gate::new(app.clone(), inner)),
    ))
}
