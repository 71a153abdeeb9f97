//! The gate: what is asked of every request before a handler sees it. One layer, since each costs every request some boxes.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{framing, head, token};
use crate::app::App;
use crate::problem::Problem;
use crate::request::BodyMax;

pub(super) async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let ends = framing::ends_the_connection(&request);
    let mut response = admit(&app, request, next).await.into_response();
    if ends {
        framing::end_the_connection(&mut response);
    }
    response
}

/// Lets a request in that there is room for, and nothing to say against.
async fn admit(app: &App, mut request: Request, next: Next) -> Result<Response, Problem> {
    let _permit = app.crowd.admit(&request)?;
    head::check(&request)?;
    token::check(app.settings.token.as_ref(), &request)?;
    let body_max = BodyMax(app.settings.body_max);
    request.extensions_mut().insert(body_max);
    Ok(next.run(request).await)
}
