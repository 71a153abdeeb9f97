//! Events of an order over a WebSocket (RFC 6455), each as a text message.
//!
//! The client has nothing to say but pongs and a close: a message of its own ends the connection with 1008, and what
//! breaks the protocol with the code that the RFC has for it. A client that does not read is dropped, and so is one that
//! does not answer pings.

use std::time::Duration;

use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::handshake::derive_accept_key;
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use async_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use async_tungstenite::tungstenite::{Error, Message};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_lite::StreamExt;
use hyper::upgrade::{OnUpgrade, Upgraded};
use toque::compat::hyper::Io;
use toque::sync::CancellationToken;
use toque::time::{interval, timeout};
use tracing::info;

use crate::app::App;
use crate::order::Event;
use crate::problem::{Document, Kind, Problem};
use crate::request::{Id, LastEvent};
use crate::sockets::Seat;
use crate::store::Follow;

/// The largest message or frame from a client: it has nothing to say.
const MESSAGE_MAX: usize = 4096;
/// The most that may wait to be written to a client.
const WAITING_MAX: usize = 64 * 1024;
/// How long a write may wait for the client to read.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take to answer a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// How often the client is asked whether it is there. It has until the next time to answer.
const PING: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<Io<Upgraded>>;

/// Events of one order, by WebSocket
///
/// A text message an event, until the order is ready or cancelled; then a close with 1000.
#[utoipa::path(
    get, path = "/orders/{id}/socket", tag = "orders",
    params(("id" = Uuid, Path), ("after" = Option<u64>, Query, description = "The number of the last event seen")),
    responses(
        (status = 101, description = "The WebSocket is open"),
        (status = 404, body = Document, content_type = "application/problem+json", description = "No such order"),
        (status = 426, body = Document, content_type = "application/problem+json", description = "No WebSocket handshake"),
    )
)]
pub(super) async fn of_one(
    State(app): State<App>,
    Id(id): Id,
    LastEvent(after): LastEvent,
    mut request: Request,
) -> Result<Response, Problem> {
    app.store.get_order(id).await.map_err(Problem::of_order)?;
    let key = handshake(request.method(), request.headers())?;
    let seat = app.sockets.take_seat(app.settings.sockets_max);
    let seat = seat.ok_or_else(full)?;
    let accept = derive_accept_key(key.as_bytes());
    let waiter = Waiter {
        follow: Follow::new(app.store.clone(), Some(id), after),
        closing: app.closing.clone(),
        _seat: seat,
    };
    drop(toque::spawn(
        waiter.attend(hyper::upgrade::on(&mut request)),
    ));
    let head = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
    ];
    let accept = [(header::SEC_WEBSOCKET_ACCEPT, accept)];
    Ok((StatusCode::SWITCHING_PROTOCOLS, head, accept).into_response())
}

fn full() -> Problem {
    let told = "too many WebSockets are open, try again later";
    Problem::new(Kind::Overloaded, told)
}

/// The client's key, if this is a handshake.
fn handshake(method: &Method, headers: &HeaderMap) -> Result<String, Problem> {
    let has = |name, token: &str| {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut tokens = values.flat_map(|value| value.split(','));
        tokens.any(|one| one.trim().eq_ignore_ascii_case(token))
    };
    let is_handshake = *method == Method::GET
        && has(header::CONNECTION, "upgrade")
        && has(header::UPGRADE, "websocket")
        && has(header::SEC_WEBSOCKET_VERSION, "13");
    if !is_handshake {
        let told = "this resource is for WebSocket handshakes of version 13";
        return Err(Problem::new(Kind::UpgradeRequired, told));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    let key = key
        .and_then(|key| key.to_str().ok())
        .filter(|key| key.len() == 24);
    let malformed = || Problem::malformed_header("sec-websocket-key", "must be 16 bytes in base64");
    key.map(str::to_owned).ok_or_else(malformed)
}

/// Who serves one connection.
struct Waiter {
    follow: Follow,
    /// The end of the service.
    closing: CancellationToken,
    /// Counts the connection.
    _seat: Seat,
}

/// Why a connection ends.
enum End {
    /// It is told to the client.
    Close(CloseCode, &'static str),
    /// Nothing can be told any more.
    Gone,
}

impl Waiter {
    async fn attend(mut self, upgrade: OnUpgrade) {
        let Ok(upgraded) = upgrade.await else {
            return; // the client has left before the answer
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_MAX))
            .max_frame_size(Some(MESSAGE_MAX))
            .write_buffer_size(0)
            .max_write_buffer_size(WAITING_MAX);
        let stream = Io::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        match self.serve(&mut socket).await {
            End::Close(code, reason) => {
                info!("closing a WebSocket with {code}: {reason}");
                close(&mut socket, code, reason).await;
            }
            End::Gone => info!("a WebSocket has gone"),
        }
    }

    async fn serve(&mut self, socket: &mut Socket) -> End {
        let mut pings = interval(PING);
        pings.tick().await; // the first is at once
        let mut is_there = true;
        loop {
            // In this order, so that a client that floods us cannot keep the rest from being seen.
            let step = toque::select! {
                biased;
                () = self.closing.cancelled() => Err(End::Close(CloseCode::Away, "the service closes")),
                _ = pings.tick() => {
                    if std::mem::take(&mut is_there) {
                        send(socket, Message::Ping(Default::default())).await
                    } else {
                        Err(End::Gone)
                    }
                }
                event = self.follow.next() => match event {
                    Ok(Some(event)) => tell(socket, &event).await,
                    Ok(None) => Err(End::Close(CloseCode::Away, "the service closes")),
                    Err(_) => Err(End::Close(CloseCode::Again, "the store does not answer")),
                },
                said = socket.next() => {
                    is_there = true;
                    hear(said)
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }
}

/// Tells the event; a last step is the end.
async fn tell(socket: &mut Socket, event: &Event) -> Result<(), End> {
    let text = serde_json::to_string(event).expect("an event can be written");
    send(socket, Message::text(text)).await?;
    if event.step.is_last() {
        return Err(End::Close(CloseCode::Normal, "nothing more will come"));
    }
    Ok(())
}

/// Sends, unless the client does not read.
async fn send(socket: &mut Socket, message: Message) -> Result<(), End> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(End::Gone),
    }
}

/// What a client may say, and what ends the connection.
fn hear(said: Option<Result<Message, Error>>) -> Result<(), End> {
    match said {
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(()),
        Some(Ok(Message::Text(_) | Message::Binary(_))) => {
            Err(End::Close(CloseCode::Policy, "nothing is to be said here"))
        }
        Some(Err(Error::Capacity(_))) => {
            Err(End::Close(CloseCode::Size, "the message is too large"))
        }
        Some(Err(Error::Utf8(_))) => Err(End::Close(CloseCode::Invalid, "the text is not UTF-8")),
        Some(Err(Error::Protocol(_))) => Err(End::Close(
            CloseCode::Protocol,
            "the frame is not as RFC 6455 has it",
        )),
        // The library answers it while it looks for what comes next, which is the end.
        Some(Ok(Message::Close(_))) => Ok(()),
        Some(Err(_)) | None => Err(End::Gone),
    }
}

/// Says goodbye, and waits a moment for the client's: a socket closed too early takes the goodbye with it.
async fn close(socket: &mut Socket, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    let goodbye = async {
        socket.close(Some(frame)).await?;
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<(), Error>(())
    };
    let _ = timeout(GOODBYE, goodbye).await;
}
