//! Events of orders as server-sent events.
//!
//! Each has its number as `id`, which a client sends back as `Last-Event-ID` after a break: then it gets what it has
//! missed, nothing twice. A client that reads slowly is not written to faster: what waits for it are the few events of
//! [`Follow`], the rest is in the store.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_lite::stream::{self, Stream};
use toque::sync::CancellationToken;
use toque::time::sleep;
use uuid::Uuid;

use crate::app::App;
use crate::order::Event;
use crate::problem::{Document, Problem};
use crate::request::{Id, LastEvent};
use crate::store::Follow;

/// Events of one order
///
/// Server-sent events, until the order is ready or cancelled. A client that has seen the last one gets 204, by which an
/// `EventSource` knows that it need not come again.
#[utoipa::path(
    get, path = "/orders/{id}/events", tag = "orders",
    params(("id" = Uuid, Path), ("after" = Option<u64>, Query, description = "Where no header can be set"),
        ("Last-Event-ID" = Option<u64>, Header)),
    responses(
        (status = 200, body = String, content_type = "text/event-stream",
            description = "`id` is the number, `event` the step, `data` an Event"),
        (status = 204, description = "Nothing more will come"),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such order"),
    )
)]
pub(super) async fn of_one(
    State(app): State<App>,
    Id(id): Id,
    LastEvent(after): LastEvent,
) -> Result<Response, Problem> {
    let order = app.store.get_order(id).await.map_err(Problem::of_order)?;
    let is_finished = order.step.is_last();
    if is_finished && app.store.events_since(Some(id), after, 1).await?.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(answer(&app, Some(id), after))
}

/// Events of all orders
///
/// Server-sent events, without an end.
#[utoipa::path(
    get, path = "/orders/events", tag = "orders",
    params(("after" = Option<u64>, Query, description = "Where no header can be set"),
        ("Last-Event-ID" = Option<u64>, Header)),
    responses((status = 200, body = String, content_type = "text/event-stream",
        description = "`id` is the number, `event` the step, `data` an Event"))
)]
pub(super) async fn of_all(State(app): State<App>, LastEvent(after): LastEvent) -> Response {
    answer(&app, None, after)
}

fn answer(app: &App, order: Option<Uuid>, after: u64) -> Response {
    let told = Told {
        follow: Follow::new(app.store.clone(), order, after),
        closing: app.closing.clone(),
        keep_alive: app.settings.keep_alive,
        ends: order.is_some(),
        is_over: false,
    };
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (head, Body::from_stream(told.stream())).into_response()
}

/// What a client is told.
struct Told {
    follow: Follow,
    /// The end of the service.
    closing: CancellationToken,
    /// The longest silence: proxies close connections on which nothing moves.
    keep_alive: Duration,
    /// Whether a last step is the end.
    ends: bool,
    /// The last step has been told.
    is_over: bool,
}

impl Told {
    fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut told| async move {
            let text = told.next().await?;
            Some((Ok(text.into()), told))
        })
    }

    /// An event, or a sign of life; `None` is the end.
    async fn next(&mut self) -> Option<String> {
        if self.is_over {
            return None;
        }
        toque::select! {
            biased;
            () = self.closing.cancelled() => None,
            event = self.follow.next() => {
                let event = event.ok()??; // a store that fails ends the stream, and the client comes again
                self.is_over = self.ends && event.step.is_last();
                Some(written(&event))
            }
            () = sleep(self.keep_alive) => Some(": still cooking\n\n".to_owned()),
        }
    }
}

fn written(event: &Event) -> String {
    let data = serde_json::to_string(event).expect("an event can be written");
    format!(
        "id: {}\nevent: {}\ndata: {data}\n\n",
        event.seq,
        event.step.word()
    )
}
