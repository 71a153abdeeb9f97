//! The handlers of orders.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use tracing::info;

use super::sandwiches::once;
use crate::app::App;
use crate::flaw::Flaw;
use crate::order::{Order, Step, Wish};
use crate::problem::{Document, Problem};
use crate::request::{Id, JsonBody, Key, NoBody};
use crate::store::StoreError;

/// Order a sandwich
///
/// The kitchen cooks it; how far it is, the streams of events tell.
#[utoipa::path(
    post, path = "/orders", tag = "orders",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    request_body(content = Wish, content_type = "application/json"),
    responses(
        (status = 202, body = Order, headers(("Location" = String))),
        (status = 422, body = Document, content_type = "application/problem+json",
            description = "No such sandwich, or the key was used with another body"),
    ),
    security((), ("token" = []))
)]
pub(super) async fn place(
    State(app): State<App>,
    key: Key,
    JsonBody(wish): JsonBody<Wish>,
) -> Result<Response, Problem> {
    let key = key.of(&wish);

    info!("ordering sandwich {}", wish.sandwich);
    let created = app.store.create_order(wish.sandwich, key).await;
    let order = once(created.map_err(not_on_the_menu)?)?;
    app.kitchen.ring();
    info!("order {} is written down", order.id);

    let location = format!("/orders/{}", order.id);
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(order),
    )
        .into_response())
}

/// One order
#[utoipa::path(
    get, path = "/orders/{id}", tag = "orders",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Order),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such order"),
    )
)]
pub(super) async fn read(State(app): State<App>, Id(id): Id) -> Result<Json<Order>, Problem> {
    let order = app.store.get_order(id).await.map_err(Problem::of_order)?;
    Ok(Json(order))
}

/// Cancel an order
#[utoipa::path(
    delete, path = "/orders/{id}", tag = "orders",
    params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is cancelled"),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such order"),
        (status = 409, body = Document, content_type = "application/problem+json",
            description = "It is ready, or cancelled already"),
    ),
    security((), ("token" = []))
)]
pub(super) async fn cancel(
    State(app): State<App>,
    Id(id): Id,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    info!("cancelling order {id}");
    let cancelled = app.store.append_event(id, None, Step::Cancelled).await;
    cancelled.map_err(Problem::of_order)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The path is right, what is in the body is not.
fn not_on_the_menu(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => {
            let flaw = Flaw::pointer("/sandwich", "there is no sandwich of this id");
            Problem::unacceptable(vec![flaw])
        }
        other => other.into(),
    }
}
