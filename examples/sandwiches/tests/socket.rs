//! The WebSocket of an order: by a client library where the client is sound, by bytes where it is not.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use sandwiches::Settings;
use serde_json::{Value, json};
use support::{Client, Folder, Service, make, until};
use toque::http::ServerConfig;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, HandshakeError, Message, WebSocket};

/// The path of an order that nobody cooks, so that its socket stays open.
fn waiting(service: &Service) -> String {
    let client = &mut service.client();
    let path = order(client);
    let mut socket = open(service, &path, 0);
    while step(&mut socket) != "ready" {}
    // Behind all that will ever come.
    path
}

fn order(client: &mut Client) -> String {
    let sandwich = make(client, "BLT").replace("/sandwiches/", "");
    let body = json!({ "sandwich": sandwich }).to_string();
    let answer = client.call_with("POST", "/orders", "application/json", body.as_bytes());
    answer.header("location").unwrap().to_owned()
}

fn open(service: &Service, path: &str, after: u64) -> WebSocket<TcpStream> {
    let url = format!("ws://{}{path}/socket?after={after}", service.address);
    let stream = TcpStream::connect(service.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    tungstenite::client(url, stream).unwrap().0
}

fn step(socket: &mut WebSocket<TcpStream>) -> String {
    let Message::Text(text) = socket.read().unwrap() else {
        panic!("an event is a text");
    };
    let event: Value = serde_json::from_str(&text).unwrap();
    event["step"].as_str().unwrap().to_owned()
}

/// The code of the close that comes next.
fn close_code(socket: &mut WebSocket<TcpStream>) -> CloseCode {
    loop {
        if let Message::Close(frame) = socket.read().unwrap() {
            return frame.expect("a close has a code").code;
        }
    }
}

#[test]
fn every_step_is_told_and_then_the_socket_is_closed_with_1000() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let path = order(&mut service.client());

    let mut socket = open(&service, &path, 0);
    let steps: Vec<String> = (0..4).map(|_| step(&mut socket)).collect();

    assert_eq!(steps, ["placed", "searching", "assembling", "ready"]);
    assert_eq!(close_code(&mut socket), CloseCode::Normal);
    let mut resumed = open(&service, &path, 3);
    assert_eq!(step(&mut resumed), "ready", "only what comes behind 3");
    service.stop();
}

#[test]
fn who_breaks_the_protocol_is_told_by_the_code() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let path = waiting(&service);
    let masked = |first: u8, length: &[u8], payload: &[u8]| {
        let mut frame = vec![first];
        frame.extend(length);
        frame.extend([0, 0, 0, 0]); // a mask that changes nothing
        frame.extend(payload);
        frame
    };

    #[rustfmt::skip]
    let table = [
        ("a frame without a mask",     vec![0x81, 1, b'x'],                          1002),
        ("a reserved bit",             masked(0xC1, &[0x81], b"x"),                  1002),
        ("an unknown opcode",          masked(0x83, &[0x81], b"x"),                  1002),
        ("a ping in fragments",        masked(0x09, &[0x81], b"x"),                  1002),
        ("a ping too long",            masked(0x89, &[0xFE, 0, 200], &[0; 200]),     1002),
        ("a continuation of nothing",  masked(0x80, &[0x81], b"x"),                  1002),
        ("a text that is not UTF-8",   masked(0x81, &[0x81], b"\xFF"),               1007),
        ("a message too large",        masked(0x81, &[0xFE, 0xFF, 0xFF], &[b'x'; 0xFFFF]), 1009),
        ("a message of 8 EiB",         masked(0x81, &[0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0], b""), 1009),
        ("something to say",           masked(0x81, &[0x81], b"x"),                  1008),
        ("a goodbye",                  masked(0x88, &[0x82], &[0x03, 0xE8]),         1000),
    ];
    for (what, frame, code) in table {
        let mut stream = raw(&service, &path);
        let _ = stream.write_all(&frame); // it may be closed before all is sent
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(last_close(&answer), Some(code), "{what}: {answer:x?}");
    }
    service.stop();
}

/// A socket of an order that goes on: past the handshake, with nothing to come.
fn raw(service: &Service, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let head = format!(
        "GET {path}/socket?after=1000 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
    stream
}

/// The code in the last of these frames, if that is a close. Frames from the service have no mask and are short.
fn last_close(mut frames: &[u8]) -> Option<u16> {
    let mut code = None;
    while let [first, length, rest @ ..] = frames {
        let (payload, behind) = rest.split_at(usize::from(*length));
        let is_close = *first == 0x88;
        code = is_close.then(|| u16::from_be_bytes([payload[0], payload[1]]));
        frames = behind;
    }
    code
}

#[test]
fn the_end_of_the_service_is_told_with_1001() {
    let folder = Folder::new();
    let mut service = Service::start(&folder.db());
    let path = waiting(&service);
    let mut socket = open(&service, &path, 1000);

    service.tell_to_stop();

    assert_eq!(close_code(&mut socket), CloseCode::Away);
    let _ = socket.flush(); // the answer to the close
    service.join();
}

#[test]
fn one_socket_more_than_the_most_is_refused_until_another_has_gone() {
    let folder = Folder::new();
    let settings = Settings {
        sockets_max: 2,
        ..Settings::default()
    };
    let config = ServerConfig::new().max_connections(2);
    let service = Service::with(&folder.db(), settings, config);
    let path = waiting(&service);
    let socket = open(&service, &path, 1000);
    let _other = open(&service, &path, 1000);
    let url = format!("ws://{}{path}/socket?after=1000", service.address);
    let knock = || {
        let stream = TcpStream::connect(service.address).unwrap();
        match tungstenite::client(&url, stream) {
            Ok(_) => 101,
            Err(HandshakeError::Failure(Error::Http(refused))) => refused.status().as_u16(),
            Err(other) => panic!("{other}"),
        }
    };

    assert_eq!(knock(), 503);
    drop(socket);
    until("there is a seat again", || knock() == 101);
    service.stop();
}

#[test]
fn what_is_no_handshake_is_told_what_would_be_one() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let path = waiting(&service);
    let client = &mut service.client();

    let answer = client.call("GET", &format!("{path}/socket"));

    assert_eq!(answer.status, 426);
    assert_eq!(answer.header("upgrade"), Some("websocket"));
    assert_eq!(answer.json()["type"], "/problems/upgrade-required");
    let nowhere = format!("/orders/{}/socket", uuid::Uuid::nil());
    assert_eq!(client.call("GET", &nowhere).status, 404);
    service.stop();
}
