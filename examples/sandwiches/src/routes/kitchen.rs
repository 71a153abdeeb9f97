//! The kitchen page: the chef at work, live. Served with `--kitchen`, for demonstrations.
//!
//! Its files are in `page/`. They are part of the program, and change with it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use futures_lite::stream::{self, Stream};
use serde::Deserialize;
use toque::http::ConnectInfo;
use toque::sync::CancellationToken;

use crate::app::App;
use crate::problem::{Kind, Problem};
use crate::request::Parameters;
use crate::window::{NoView, Viewer, Window};

/// Its files: where each is served, what it is, and what is in it.
const FILES: [(&str, &str, &str); 9] = [
    ("/kitchen/", HTML, include_str!("../../page/kitchen.html")),
    (
        "/kitchen/kitchen.css",
        CSS,
        include_str!("../../page/kitchen.css"),
    ),
    ("/kitchen/hat.svg", SVG, include_str!("../../page/hat.svg")),
    (
        "/kitchen/kitchen.js",
        JS,
        include_str!("../../page/kitchen.js"),
    ),
    ("/kitchen/state.js", JS, include_str!("../../page/state.js")),
    (
        "/kitchen/picture.js",
        JS,
        include_str!("../../page/picture.js"),
    ),
    (
        "/kitchen/timeline.js",
        JS,
        include_str!("../../page/timeline.js"),
    ),
    ("/kitchen/words.js", JS, include_str!("../../page/words.js")),
    (
        "/kitchen/guests.js",
        JS,
        include_str!("../../page/guests.js"),
    ),
];
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// What the browser may do with them: nothing comes from elsewhere, nothing is written into the page itself, and nobody puts it
/// into a frame, where a click could be led astray.
const RULES: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// All of its routes. They are not in the OpenAPI document: the page is theirs alone.
pub(super) fn routes(window: &Arc<Window>) -> Router<App> {
    let router = FILES
        .into_iter()
        .fold(Router::new(), |router, (path, kind, text)| {
            router.route(path, file(kind, text))
        });
    router
        .route("/kitchen", get(async || Redirect::permanent("/kitchen/")))
        .route("/kitchen/events", get(events))
        .route("/kitchen/block", post(block))
        .layer(Extension(Arc::clone(window)))
}

fn file(kind: &'static str, text: &'static str) -> MethodRouter<App> {
    get(async move || (RULES, [(header::CONTENT_TYPE, kind)], text))
}

/// Which chef is looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    chef: usize,
}

/// What a chef does, as server-sent events.
async fn events(
    State(app): State<App>,
    Extension(window): Extension<Arc<Window>>,
    Parameters(which): Parameters<Which>,
) -> Result<Response, Problem> {
    let viewer = window.viewer(which.chef).map_err(|refused| match refused {
        NoView::NoSuchChef => Problem::malformed_query("chef", "there is no such chef"),
        NoView::Full => Problem::new(Kind::Overloaded, "too many look into the kitchen already"),
    })?;
    let body = Body::from_stream(told(viewer, app.closing.clone()));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

fn told(
    viewer: Viewer,
    closing: CancellationToken,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((viewer, closing), async |(mut viewer, closing)| {
        let text = viewer.next(&closing).await?;
        Some((Ok(text.into()), (viewer, closing)))
    })
}

/// Blocks the chef for a second, so that it can be seen what comes of that.
async fn block(
    State(app): State<App>,
    Extension(window): Extension<Arc<Window>>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let has_token = app.settings.token.is_some(); // then the token's layer has asked for it
    if !has_token && !is_from_here(&request) {
        let told = "without a token, only this machine's own page may block the chef";
        return Err(Problem::new(Kind::Forbidden, told));
    }
    if !window.block() {
        let told = "the chef has been blocked just now, leave it in peace for a second";
        return Err(Problem::new(Kind::Overloaded, told));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a page that this machine has from this service has sent it, or a program on it. Other sites' pages are loaded by
/// browsers on this machine too: they have another origin, or, if they let their own name lead here, another host.
fn is_from_here(request: &Request) -> bool {
    let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_near = client.is_some_and(|ConnectInfo(client)| client.ip().is_loopback());
    let headers = request.headers();
    is_near && !is_passed_on(headers) && names_this_machine(headers) && is_own_page(headers)
}

/// By a proxy on this machine, for somebody who is elsewhere.
fn is_passed_on(headers: &HeaderMap) -> bool {
    ["forwarded", "via", "x-forwarded-for", "x-real-ip"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(authority) else {
        return false;
    };
    let host = host.host();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn authority(host: &HeaderValue) -> Option<Authority> {
    host.to_str().ok()?.parse().ok()
}

/// Programs send no origin.
fn is_own_page(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = origin.split_once("://").map(|(_, host)| host.as_bytes());
    host == headers.get(header::HOST).map(HeaderValue::as_bytes)
}
