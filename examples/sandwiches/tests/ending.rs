//! The end of the program in bad weather: under load, with clients that are stuck, at once.

mod support;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{JoinHandle, spawn};

use support::guest::narrow;
use support::program::Program;
use support::{Client, Folder, make, until};

/// Made before the signal comes: the load is under way.
const WARM: usize = 50;

/// Guests who make one sandwich after the other until the service sends them away.
struct Load(Vec<JoinHandle<Vec<String>>>);

impl Load {
    /// Returns once it is under way.
    fn start(to: SocketAddr) -> Load {
        let made = Arc::new(AtomicUsize::new(0));
        let guest = || {
            let made = Arc::clone(&made);
            spawn(move || order_until_sent_away(to, &made))
        };
        let load = Load((0..8).map(|_| guest()).collect());
        until("the load is under way", || {
            made.load(Ordering::Relaxed) >= WARM
        });
        load
    }

    /// The paths of all that was answered, once everybody has been sent away.
    fn answered(self) -> Vec<String> {
        let mut all: Vec<String> = self
            .0
            .into_iter()
            .flat_map(|guest| guest.join().unwrap())
            .collect();
        all.sort();
        all
    }
}

/// Gives the paths of what was answered. The last request may have met a closed door: then it was not taken in.
fn order_until_sent_away(to: SocketAddr, count: &AtomicUsize) -> Vec<String> {
    let mut client = Client::connect(to);
    let mut made = Vec::new();
    let lines = "content-type: application/json\r\n";
    while let Ok(answer) = client.try_call_lines("POST", "/sandwiches", lines, r#"{"name":"BLT"}"#)
    {
        assert_eq!(answer.status, 201, "{answer:?}");
        made.push(answer.header("location").unwrap().to_owned());
        count.fetch_add(1, Ordering::Relaxed);
        if answer.header("connection") == Some("close") {
            break;
        }
    }
    made
}

/// The paths of all that is stored.
fn stored(folder: &Folder) -> Vec<String> {
    let db = rusqlite::Connection::open(folder.db()).unwrap();
    let mut query = db.prepare("SELECT id FROM sandwiches").unwrap();
    let ids = query.query_map([], |row| row.get(0)).unwrap();
    let path = |id: rusqlite::Result<[u8; 16]>| {
        format!("/sandwiches/{}", uuid::Uuid::from_bytes(id.unwrap()))
    };
    let mut all: Vec<String> = ids.map(path).collect();
    all.sort();
    all
}

#[test]
fn a_signal_under_load_loses_no_request_that_was_taken_in() {
    let folder = Folder::new();
    let mut program = Program::start(folder.db());
    let load = Load::start(program.address);

    program.signal("TERM");

    let answered = load.answered();
    assert!(answered.len() >= WARM);
    program.wait_for(" 0 aborted");
    assert!(program.end().success());
    assert!(
        stored(&folder) == answered,
        "what is stored was answered, and the other way round"
    );
}

#[test]
fn who_is_stuck_at_the_end_is_cut_off_and_named_and_the_others_finish() {
    let folder = Folder::new();
    let mut program = Program::with(folder.db(), &["--drain-timeout", "1s"]);
    let (mut slow, mut half, idle) = (program.client(), program.client(), program.client());
    let path = make(&mut slow, "BLT");
    half.write(b"POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{");
    slow.send("GET", &format!("{path}?slow_ms=60000"));
    let mut deaf = narrow(program.address);
    deaf.write_all(&b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000))
        .unwrap();
    program.wait_for("searching for sandwich");
    // Once it has an answer, whoever connected before it has been let in, and what they sent has been read.
    assert_eq!(program.client().call("GET", "/healthz").status, 200);

    program.signal("TERM");

    let report = program.wait_for("served: ");
    assert!(report.contains(" 3 aborted ("), "{report}");
    for stuck in [slow.stream(), half.stream(), deaf] {
        let address = stuck.local_addr().unwrap().to_string();
        assert!(report.contains(&address), "{address} is not in {report}");
    }
    drop(idle);
    assert!(
        program.end().success(),
        "that some were cut off is no failure"
    );
}

#[test]
fn a_second_signal_under_load_ends_it_at_once_and_what_was_answered_stays() {
    let folder = Folder::new();
    let mut program = Program::with(folder.db(), &["--drain-timeout", "10m"]);
    let mut stuck = program.client();
    let path = make(&mut stuck, "BLT");
    stuck.send("GET", &format!("{path}?slow_ms=60000"));
    program.wait_for("searching for sandwich");
    let load = Load::start(program.address);

    program.signal("TERM");
    program.wait_for("closing, within 600s");
    program.signal("TERM");

    assert_eq!(program.end().code(), None, "ended by the signal");
    let stored = stored(&folder);
    let lost: Vec<String> = load
        .answered()
        .into_iter()
        .filter(|path| !stored.contains(path))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
}
