//! Guests with bad manners: they take almost nothing in, or leave without a word.
//! Of the service's tests, and of `examples/trouble`.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, connect, sockopt};
use serde_json::json;

use super::{Client, PATIENCE};

/// What a client asks that never reads: it fills every buffer on the way.
const FEAST: &str = "/sandwiches?limit=20";
/// Sandwiches on that page.
const COURSES: usize = 8;

/// A connection whose end here holds next to nothing: what is not read soon keeps the service waiting.
pub(crate) fn narrow(to: SocketAddr) -> TcpStream {
    try_narrow(to).unwrap()
}

pub(crate) fn try_narrow(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
    sockopt::set_socket_recv_buffer_size(&socket, 4096)?; // before connecting: the window is told then
    connect(&socket, &to)?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Ends the connection by a reset, as a machine that crashes does: nothing of it is left on the way.
pub(crate) fn reset(stream: TcpStream) {
    sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
}

/// What clients send that vanish in the midst of it; behind the last one an answer would come that never ends.
pub(crate) fn half_requests() -> [String; 9] {
    let post = "POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    [
        String::new(),
        "GET /sand".to_owned(),
        "GET /sandwiches HTTP/1.1\r\nho".to_owned(),
        format!("{post}content-length: 14\r\n\r\n"),
        format!("{post}content-length: 14\r\n\r\n{{\"name\":"),
        format!("{post}content-length: 14\r\nexpect: 100-continue\r\n\r\n"),
        format!("{post}transfer-encoding: chunked\r\n\r\n1"),
        format!("{post}transfer-encoding: chunked\r\n\r\n8\r\n{{\"name\":\r\n"),
        "GET /orders/events HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
    ]
}

/// Stores sandwiches of about 50 kB each. Gives the size of the page of them.
pub(crate) fn prepare_feast(client: &mut Client) -> u64 {
    let ingredients = vec!["🥪".repeat(100); 100];
    let body =
        json!({ "name": "feast", "ingredients": ingredients, "description": "🥪".repeat(2000) });
    for _ in 0..COURSES {
        let made = client.call_with(
            "POST",
            "/sandwiches",
            "application/json",
            body.to_string().as_bytes(),
        );
        assert_eq!(made.status, 201);
    }
    client.call("GET", FEAST).body.len() as u64
}

/// So many requests for it, sent at once.
pub(crate) fn feasts(n: usize) -> String {
    format!("GET {FEAST} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(n)
}

/// Past the handshake of a WebSocket, on a connection that takes in next to nothing.
pub(crate) fn socket(to: SocketAddr, path: &str, after: u64) -> TcpStream {
    try_socket(to, path, after).unwrap()
}

pub(crate) fn try_socket(to: SocketAddr, path: &str, after: u64) -> io::Result<TcpStream> {
    let mut stream = try_narrow(to)?;
    let head = format!(
        "GET {path}/socket?after={after} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        answer.extend(byte);
    }
    if answer.starts_with(b"HTTP/1.1 101") {
        Ok(stream)
    } else {
        let answer = String::from_utf8_lossy(&answer);
        Err(io::Error::other(format!("no WebSocket: {answer}")))
    }
}
