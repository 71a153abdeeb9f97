//! Bad weather: clients that vanish in the midst of a request or of an answer, that never read, that flood.
//!
//! After each of them the process has the descriptors, the connections and about the memory that it had before, and others
//! have been served all the while.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use support::guest::{feasts, half_requests, narrow, prepare_feast, reset, socket};
use support::program::{Program, figure};
use support::{Client, Folder, make, open, until};
use uuid::Uuid;

const MIB: u64 = 1 << 20;

/// What the program has while nobody is connected but one client.
struct Calm {
    sockets: usize,
    tasks: u64,
}

impl Calm {
    fn of(program: &Program, watch: &mut Client) -> Calm {
        Calm {
            sockets: program.sockets(),
            tasks: figure(watch, "runtime_tasks_alive"),
        }
    }

    /// Waits until it is so again.
    #[track_caller]
    fn returns(&self, program: &Program, watch: &mut Client) {
        until("the connections have gone", || {
            figure(watch, "connections_open") == 1
        });
        until("the sockets have gone", || {
            program.sockets() == self.sockets
        });
        until("the tasks have gone", || {
            figure(watch, "runtime_tasks_alive") == self.tasks
        });
    }
}

#[test]
fn clients_that_vanish_in_the_midst_of_a_request_leave_nothing() {
    let folder = Folder::new();
    // Who has sent a whole request is missed when something is written to it: here a sign of life.
    let program = Program::with(folder.db(), &["--keep-alive", "100ms"]);
    let mut watch = program.client();
    assert_eq!(watch.call("GET", "/sandwiches").status, 200);
    let calm = Calm::of(&program, &mut watch);

    for sent in half_requests() {
        for n in 0..20 {
            let mut client = TcpStream::connect(program.address).unwrap();
            client.write_all(sent.as_bytes()).unwrap();
            if n % 2 == 0 {
                reset(client);
            }
        }
    }

    calm.returns(&program, &mut watch);
    let menu = watch.call("GET", "/sandwiches").json();
    assert_eq!(
        menu["sandwiches"],
        json!([]),
        "half a request changes nothing"
    );
}

#[test]
fn clients_that_reset_in_the_midst_of_an_answer_leave_nothing() {
    let folder = Folder::new();
    let program = Program::start(folder.db());
    let mut watch = program.client();
    prepare_feast(&mut watch);
    let calm = Calm::of(&program, &mut watch);

    let asked = feasts(100);
    for _ in 0..5 {
        let mut client = narrow(program.address);
        client.write_all(asked.as_bytes()).unwrap();
        client.read_exact(&mut [0; 1000]).unwrap(); // the first has begun, and no buffer holds them all
        reset(client);
    }

    calm.returns(&program, &mut watch);
}

#[test]
fn a_load_leaves_nothing_open_but_the_readers_of_the_store() {
    let folder = Folder::new();
    let program = Program::start(folder.db());
    let mut watch = program.client();
    let path = make(&mut watch, "BLT");
    let calm = Calm::of(&program, &mut watch);
    let files = |name: &str| {
        let all = program.descriptors();
        all.iter().filter(|one| one.ends_with(name)).count()
    };

    let mut clients: Vec<Client> = (0..200).map(|_| program.client()).collect();
    for _ in 0..5 {
        clients
            .iter_mut()
            .for_each(|client| client.send("GET", &path));
        for client in &mut clients {
            assert_eq!(client.receive().status, 200);
        }
    }
    drop(clients);

    calm.returns(&program, &mut watch);
    // The writer and at most four readers, however many have asked: they stay for those who come next.
    assert!((2..=5).contains(&files("sandwiches.db")));
    assert!(files("sandwiches.db-wal") <= 5);
    let others = program.descriptors().len() - program.sockets();
    assert!(others <= 24, "{others}"); // those of the runtime, of the log, and what the test's starter has left open
}

#[test]
fn answers_that_are_never_read_end_by_the_write_deadline_and_take_little_memory() {
    let folder = Folder::new();
    let program = Program::with(folder.db(), &["--write-timeout", "1s"]);
    let mut watch = program.client();
    let page = prepare_feast(&mut watch);
    let calm = Calm::of(&program, &mut watch);
    let before = program.memory_peak();

    let asked = feasts(100);
    let mut greedy: Vec<TcpStream> = (0..5).map(|_| narrow(program.address)).collect();
    for client in &mut greedy {
        client.write_all(asked.as_bytes()).unwrap();
    }

    let missed = "connection_timeouts_total{deadline=\"write\"}";
    until("all are cut off", || figure(&mut watch, missed) == 5);
    calm.returns(&program, &mut watch);
    // Five hundred pages were asked for. One is being sent to each client, and the next may be ready.
    assert!(page * 500 > 100 * MIB, "{page}");
    let grown = program.memory_peak() - before;
    assert!(grown < 5 * 3 * page + 16 * MIB, "{} MiB", grown / MIB);
}

/// More events than any buffer on the way holds.
const MANY: u32 = 100_000;

/// An order with so many events, and more to come. Gives its path.
fn story(db: &Path, events: u32) -> String {
    let store = open(db);
    toque::Runtime::new()
        .unwrap()
        .block_on(store.close())
        .unwrap();
    let id = Uuid::now_v7();
    let db = rusqlite::Connection::open(db).unwrap();
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
        INSERT INTO events (order_id, step, at) SELECT ?1, 'searching', 0 FROM n";
    db.execute(many, (id.as_bytes(), events)).unwrap();
    let order = "INSERT INTO orders (id, sandwich, step, created_at, updated_at) VALUES (?1, ?1, 'ready', 0, 0)";
    db.execute(order, [id.as_bytes()]).unwrap();
    format!("/orders/{id}")
}

#[test]
fn streams_of_events_that_are_never_read_end_by_the_write_deadline() {
    let folder = Folder::new();
    let path = story(&folder.db(), MANY);
    let program = Program::with(folder.db(), &["--write-timeout", "500ms"]);
    let mut watch = program.client();
    assert_eq!(watch.call("GET", &path).status, 200);
    let calm = Calm::of(&program, &mut watch);
    let before = program.memory_peak();

    let deaf = [socket(program.address, &path, 0), narrow(program.address)];
    let asked = b"GET /orders/events?after=0 HTTP/1.1\r\nhost: x\r\n\r\n";
    (&deaf[1]).write_all(asked).unwrap();

    let missed = "connection_timeouts_total{deadline=\"write\"}";
    until("both are cut off", || figure(&mut watch, missed) == 2);
    until("the WebSockets are dropped", || {
        figure(&mut watch, "websocket_connections") == 0
    });
    calm.returns(&program, &mut watch);
    let grown = program.memory_peak() - before;
    assert!(
        grown < 16 * MIB,
        "{} MiB for {} clients",
        grown / MIB,
        deaf.len()
    );
}

/// A frame as clients send it: with a mask, here one that changes nothing.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let head = [first, 0x80 | payload.len() as u8, 0, 0, 0, 0];
    [&head, payload].concat()
}

/// Writes it again and again until the service takes no more of it or has gone, at most so many bytes. Gives their number.
fn flood(stream: &mut TcpStream, piece: &[u8], at_most: usize) -> usize {
    let pieces = piece.repeat(0x1_0000 / piece.len());
    let mut sent = 0;
    while sent < at_most && stream.write_all(&pieces).is_ok() {
        sent += pieces.len();
    }
    sent
}

#[test]
fn who_floods_a_websocket_with_pings_and_reads_no_pong_is_dropped() {
    let folder = Folder::new();
    let path = story(&folder.db(), 1);
    let program = Program::with(folder.db(), &["--write-timeout", "500ms"]);
    let mut watch = program.client();
    assert_eq!(watch.call("GET", &path).status, 200);
    let calm = Calm::of(&program, &mut watch);
    let before = program.memory_peak();

    let mut stream = socket(program.address, &path, u32::MAX.into());
    let sent = flood(&mut stream, &frame(0x89, &[b'x'; 125]), 1 << 30);

    assert!(sent < 1 << 30, "it is dropped");
    until("the WebSocket is dropped", || {
        figure(&mut watch, "websocket_connections") == 0
    });
    calm.returns(&program, &mut watch);
    let grown = program.memory_peak() - before;
    assert!(grown < 16 * MIB, "{} MiB", grown / MIB);
}

#[test]
fn who_floods_a_websocket_with_talk_is_told_1008_and_dropped() {
    let folder = Folder::new();
    let path = story(&folder.db(), 1);
    let program = Program::start(folder.db());
    let mut watch = program.client();
    assert_eq!(watch.call("GET", &path).status, 200);
    let calm = Calm::of(&program, &mut watch);

    let mut stream = socket(program.address, &path, u32::MAX.into());
    let mut reader = stream.try_clone().unwrap();
    let flooding = std::thread::spawn(move || flood(&mut stream, &frame(0x81, b"soup"), 1 << 30));
    let mut close = [0; 4];
    reader.read_exact(&mut close).unwrap();

    assert_eq!(
        (close[0], u16::from_be_bytes([close[2], close[3]])),
        (0x88, 1008)
    );
    assert!(flooding.join().unwrap() < 1 << 30, "it is dropped");
    calm.returns(&program, &mut watch);
}

#[test]
fn who_floods_a_stream_of_events_is_not_listened_to_and_gets_its_events() {
    let folder = Folder::new();
    let program = Program::with(folder.db(), &["--pace", "1ms"]);
    let mut watch = program.client();
    let id = make(&mut watch, "BLT").replace("/sandwiches/", "");
    let before = program.memory_peak();
    let mut events = program.client();
    events.send("GET", "/orders/events");
    assert_eq!(events.line(), "HTTP/1.1 200 OK");

    let sent = events.flood(b"soup", 256 << 20);

    assert!(sent < 256 << 20, "it is not read without end");
    let order = json!({ "sandwich": id }).to_string();
    assert_eq!(
        watch
            .call_with("POST", "/orders", "application/json", order.as_bytes())
            .status,
        202
    );
    while events.line() != "event: ready" {}
    let grown = program.memory_peak() - before;
    assert!(grown < 16 * MIB, "{} MiB", grown / MIB);
}

impl Client {
    /// Writes this until no more of it is taken within a moment, at most so many bytes. Gives their number.
    fn flood(&mut self, piece: &[u8], at_most: usize) -> usize {
        let mut stream = self.stream();
        stream
            .set_write_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        flood(&mut stream, piece, at_most)
    }
}
