//! The gate: what is asked of every request before a handler sees it. One layer, since each costs every request some boxes.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{framing, head, token};
use crate::app::App;
use crate::problem::Problem;
use crate::request::BodyMax;

pub(super) async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let ends = framing::ends_the_connection(&request);
    let mut response = match app.crowd.admit(&request) {
        Err(problem) => problem.into_response(),
        Ok(_permit) => match check(&app, &request) {
            Err(problem) => problem.into_response(),
            Ok(()) => {
                request
                    .extensions_mut()
                    .insert(BodyMax(app.settings.body_max));
                next.run(request).await
            }
        },
    };
    if ends {
        framing::end_the_connection(&mut response);
    }
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    head::check(request)?;
    token::check(app.settings.token.as_ref(), request)
}
