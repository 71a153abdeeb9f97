//! WebSocket: async-tungstenite's client and server over toque's streams, which need nothing for it; and the same server behind
//! hyper, which hands the connection over after its upgrade.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use async_tungstenite::tungstenite::error::{Error, ProtocolError};
use async_tungstenite::tungstenite::handshake::derive_accept_key;
use async_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use async_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};
use async_tungstenite::tungstenite::protocol::{Message, Role};
use async_tungstenite::{WebSocketStream, accept_async, client_async};
use bytes::Bytes;
use ecosystem::run::{Result, on_each_reactor};
use futures_util::StreamExt;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use toque::compat::hyper::{Io, Timer};
use toque::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::sync::mpsc;

/// How a connection has ended: with the goodbye of the client, or an error.
type End = std::result::Result<Option<CloseFrame>, Error>;

/// An echo server, and how its connections have ended so far.
struct Server {
    addr: SocketAddr,
    ends: mpsc::UnboundedReceiver<End>,
}

impl Server {
    /// The handshake is async-tungstenite's.
    async fn alone() -> io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (tell, ends) = mpsc::unbounded_channel();
        toque::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let tell = tell.clone();
                toque::spawn(async move {
                    tell.send(match accept_async(stream).await {
                        Ok(socket) => echo(socket).await,
                        Err(error) => Err(error),
                    })
                });
            }
        });
        Ok(Server { addr, ends })
    }

    /// The handshake is a request like others, answered by a service.
    async fn behind_hyper() -> io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (tell, ends) = mpsc::unbounded_channel();
        toque::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let tell = tell.clone();
                let service = service_fn(move |request| {
                    let answer = upgrade(request, tell.clone());
                    async { Ok::<_, Infallible>(answer) }
                });
                let mut server = http1::Builder::new();
                server.timer(Timer);
                toque::spawn(server.serve_connection(stream, service).with_upgrades());
            }
        });
        Ok(Server { addr, ends })
    }

    async fn end_of_one(&mut self) -> End {
        self.ends.recv().await.expect("the server goes on")
    }
}

/// Answers the request, and starts the task that has the connection from then on.
fn upgrade(
    mut request: Request<Incoming>,
    tell: mpsc::UnboundedSender<End>,
) -> Response<Empty<Bytes>> {
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else {
        return answer(StatusCode::UPGRADE_REQUIRED, "");
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgraded = hyper::upgrade::on(&mut request);
    toque::spawn(async move {
        let stream = Io::new(upgraded.await.unwrap()); // hyper's traits, made those of futures-io
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
        tell.send(echo(socket).await)
    });
    answer(StatusCode::SWITCHING_PROTOCOLS, &accept)
}

fn answer(status: StatusCode, accept: &str) -> Response<Empty<Bytes>> {
    let builder = Response::builder().status(status);
    let builder = builder
        .header(CONNECTION, "upgrade")
        .header(UPGRADE, "websocket");
    let builder = builder.header(SEC_WEBSOCKET_ACCEPT, accept);
    builder.body(Empty::new()).unwrap()
}

/// Gives messages back until one side says goodbye. tungstenite answers pings and goodbyes by itself, as it reads.
async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut socket: WebSocketStream<S>) -> End {
    let mut goodbye = None;
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) if text == "throw me out" => socket.close(Some(insult())).await?,
            Message::Close(frame) => goodbye = frame,
            message if message.is_text() || message.is_binary() => socket.send(message).await?,
            _ => {}
        }
    }
    Ok(goodbye)
}

fn insult() -> CloseFrame {
    CloseFrame {
        code: CloseCode::Policy,
        reason: "no shoes".into(),
    }
}

async fn connect(addr: SocketAddr) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (socket, answer) = client_async("ws://localhost/", stream).await?;
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    Ok(socket)
}

/// Sends a message and wants it back.
async fn exchange(socket: &mut WebSocketStream<TcpStream>, message: Message) -> Result {
    socket.send(message.clone()).await?;
    let answer = socket.next().await.expect("it goes on")?;
    assert!(
        answer == message,
        "{} bytes for {}",
        answer.len(),
        message.len()
    );
    Ok(())
}

/// Runs a test on each reactor with each of the two servers.
fn at_each_server(test: impl AsyncFn(Server) -> Result) {
    on_each_reactor(async || {
        test(Server::alone().await?).await?;
        test(Server::behind_hyper().await?).await
    });
}

#[test]
fn messages_come_back() {
    at_each_server(async |server| {
        let mut socket = connect(server.addr).await?;
        exchange(&mut socket, Message::text("soup")).await?;
        exchange(&mut socket, Message::binary(vec![0, 1, 2])).await?;
        exchange(&mut socket, Message::text("")).await
    });
}

#[test]
fn a_ping_is_answered_between_messages() {
    at_each_server(async |server| {
        let mut socket = connect(server.addr).await?;
        socket.send(Message::Ping("still hungry?".into())).await?;
        let answer = socket.next().await.unwrap()?;
        assert_eq!(answer, Message::Pong("still hungry?".into()));
        exchange(&mut socket, Message::text("soup")).await
    });
}

#[test]
fn a_goodbye_of_the_client_is_answered_with_the_same_code() {
    at_each_server(async |mut server| {
        let mut socket = connect(server.addr).await?;
        let goodbye = CloseFrame {
            code: CloseCode::Library(4000),
            reason: "enough".into(),
        };
        socket.close(Some(goodbye.clone())).await?;
        assert_eq!(server.end_of_one().await?, Some(goodbye.clone()));
        let Message::Close(Some(answer)) = socket.next().await.unwrap()? else {
            panic!("no goodbye");
        };
        assert_eq!(answer.code, goodbye.code);
        assert!(socket.next().await.is_none());
        Ok(())
    });
}

#[test]
fn a_goodbye_of_the_server_tells_its_code_and_reason() {
    at_each_server(async |mut server| {
        let mut socket = connect(server.addr).await?;
        socket.send(Message::text("throw me out")).await?;
        let answer = socket.next().await.unwrap()?;
        assert_eq!(answer, Message::Close(Some(insult())));
        assert!(socket.next().await.is_none());
        server.end_of_one().await?;
        Ok(())
    });
}

#[test]
fn a_large_message_in_fragments_comes_back_as_one() {
    const FRAGMENT: usize = 64 << 10;
    at_each_server(async |server| {
        let message: Vec<u8> = (0..4 << 20).map(|n: u32| (n >> 8) as u8).collect();
        let mut socket = connect(server.addr).await?;
        let mut fragments = message.chunks(FRAGMENT).enumerate().peekable();
        while let Some((number, fragment)) = fragments.next() {
            let kind = if number == 0 {
                Data::Binary
            } else {
                Data::Continue
            };
            let last = fragments.peek().is_none();
            let frame = Frame::message(fragment.to_vec(), OpCode::Data(kind), last);
            socket.send(Message::Frame(frame)).await?;
        }
        // The server begins to answer once it has the last one, so there was nothing to be read meanwhile.
        let answer = socket.next().await.unwrap()?;
        assert!(answer == Message::binary(message));
        Ok(())
    });
}

#[test]
fn a_client_that_vanishes_is_an_error_and_the_server_goes_on() {
    at_each_server(async |mut server| {
        let mut socket = connect(server.addr).await?;
        exchange(&mut socket, Message::text("soup")).await?;
        drop(socket); // no goodbye
        let error = server.end_of_one().await.unwrap_err();
        let expected = ProtocolError::ResetWithoutClosingHandshake;
        assert!(
            matches!(&error, Error::Protocol(reason) if *reason == expected),
            "{error}"
        );
        exchange(&mut connect(server.addr).await?, Message::text("bread")).await
    });
}

#[test]
fn a_client_that_wants_no_websocket_is_an_error() {
    on_each_reactor(async || {
        let mut server = Server::alone().await?;
        ask(server.addr).await?;
        let error = server.end_of_one().await.unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{error}");
        Ok(())
    });
}

#[test]
fn a_client_that_wants_no_websocket_is_told_by_hyper() {
    on_each_reactor(async || {
        let server = Server::behind_hyper().await?;
        let answer = ask(server.addr).await?;
        assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
        Ok(())
    });
}

/// A plain request. Gives the whole answer.
async fn ask(addr: SocketAddr) -> Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
