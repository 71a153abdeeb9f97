//! What those ask who look after the service: whether it lives, whether it can serve, and its numbers.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::problem::{Document, Kind, Problem};

/// Whether it lives
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Whether it can serve
///
/// 503 while the store does not answer, and from the moment the service is told to stop.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = Document, content_type = "application/problem+json", description = "Not now"),
    ))]
pub(super) async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.leaving.is_cancelled() || app.closing.is_cancelled() {
        return Err(Problem::new(Kind::Overloaded, "the service is closing"));
    }
    app.store.ping().await?;
    Ok("ready\n")
}

/// Its numbers
///
/// In the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, body = String, content_type = "text/plain; version=0.0.4")))]
pub(super) async fn metrics(State(app): State<App>) -> Response {
    let text = app.metrics.text(app.sockets.open());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
