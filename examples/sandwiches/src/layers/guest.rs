//! The guest: the window is told which request a task works for, until the answer is written.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;

use crate::metrics::known;
use crate::request_name;
use crate::window::Window;

pub(super) async fn seat(
    State(window): State<Arc<Window>>,
    request: Request,
    next: Next,
) -> Response {
    let name = request_name::current().unwrap_or_default();
    let Some(seat) = window.seat(what(&request), name) else {
        return next.run(request).await;
    };
    let response = next.run(request).await;
    response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _ = &seat; // kept with the body
            error
        }))
    })
}

/// As it is shown: its method and its route, without what the client has put into them.
fn what(request: &Request) -> String {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("(no route)", MatchedPath::as_str);
    format!("{} {route}", known(request.method()))
}
