//! Crashes: the program is killed at random moments under load, again and again on one file.
//!
//! Each time the file opens at once, whatever was answered is there, what was not answered can be sent again under its key
//! and is made once, and no order has taken a step twice.

mod support;

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::json;
use support::program::Program;
use support::{Client, Folder, until};

/// Guests that send at once.
const GUESTS: usize = 8;
/// The most answers before a kill.
const ANSWERS: usize = 150;

/// What a guest has sent, by its key, and where it was told it is. `None`: no answer came.
type Sent = HashMap<String, Option<String>>;

/// What is sent under this key.
fn body(key: &str, sandwich: &str) -> (&'static str, String) {
    match key.strip_prefix("order") {
        Some(_) => ("/orders", json!({ "sandwich": sandwich }).to_string()),
        None => ("/sandwiches", json!({ "name": key }).to_string()),
    }
}

/// Sends it once. Gives its path, or `None` if the service was gone before the answer.
fn send(client: &mut Client, key: &str, sandwich: &str) -> Option<String> {
    let (target, body) = body(key, sandwich);
    let lines = format!("content-type: application/json\r\nidempotency-key: {key}\r\n");
    let answer = client.try_call_lines("POST", target, &lines, &body).ok()?;
    assert!(matches!(answer.status, 201 | 202), "{answer:?}");
    Some(answer.header("location").unwrap().to_owned())
}

/// Sends sandwiches and orders in turn, until the service is gone.
fn guest(to: SocketAddr, name: &str, sandwich: &str, answers: &AtomicUsize) -> Sent {
    let mut sent = Sent::new();
    let mut client = Client::connect(to);
    for n in 0.. {
        let kind = if n % 2 == 0 { "food" } else { "order" };
        let key = format!("{kind}-{name}-{n}");
        let path = send(&mut client, &key, sandwich);
        let is_over = path.is_none();
        sent.insert(key, path);
        if is_over {
            break;
        }
        answers.fetch_add(1, Ordering::Relaxed);
    }
    sent
}

/// Lets guests send, and kills the program in the midst of it.
fn load_and_kill(program: &mut Program, round: usize, sandwich: &str) -> Sent {
    let answers = Arc::new(AtomicUsize::new(0));
    let guests: Vec<_> = (0..GUESTS)
        .map(|n| {
            let (to, name) = (program.address, format!("{round}-{n}"));
            let (sandwich, answers) = (sandwich.to_owned(), Arc::clone(&answers));
            spawn(move || guest(to, &name, &sandwich, &answers))
        })
        .collect();
    let chance = RandomState::new().hash_one(round) as usize;
    until("it is under load", || {
        answers.load(Ordering::Relaxed) > chance % ANSWERS
    });
    sleep(Duration::from_micros(chance as u64 / 1000 % 5000)); // any moment of a request, not only the first after an answer
    program.kill();
    guests
        .into_iter()
        .flat_map(|guest| guest.join().unwrap())
        .collect()
}

/// All that was answered is there, and what was not can be sent again: after this every path is known.
fn verify(client: &mut Client, sent: &mut Sent, sandwich: &str) {
    for (key, path) in sent {
        let told = send(client, key, sandwich).expect("it is up again");
        let first = path.get_or_insert_with(|| told.clone());
        assert_eq!(told, *first, "{key} made one");
        assert_eq!(
            client.call("GET", first).status,
            200,
            "{key} was answered with {first}"
        );
    }
}

fn survive(kills: usize) {
    let folder = Folder::new();
    let args = ["--pace", "5ms"];
    let mut program = Program::with(folder.db(), &args);
    let first = support::make(&mut program.client(), "BLT").replace("/sandwiches/", "");
    let (mut all, mut slowest) = (Sent::new(), Duration::ZERO);

    for round in 0..kills {
        let mut sent = load_and_kill(&mut program, round, &first);
        let begun = Instant::now();
        program = Program::with(folder.db(), &args);
        slowest = slowest.max(begun.elapsed());
        verify(&mut program.client(), &mut sent, &first);
        all.extend(sent);
    }

    // The kills of later rounds have taken nothing of earlier ones either.
    let client = &mut program.client();
    for path in all.values().flatten() {
        assert_eq!(client.call("GET", path).status, 200, "{path}");
    }
    program.kill();
    look_into(&folder, &all);
    eprintln!(
        "{kills} kills, {} requests; the slowest start took {slowest:?}",
        all.len()
    );
}

/// One of each key, and each step once.
fn look_into(folder: &Folder, all: &Sent) {
    let db = rusqlite::Connection::open(folder.db()).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, usize>(0)).unwrap();
    let orders = all.keys().filter(|key| key.starts_with("order")).count();
    assert_eq!(count("SELECT count(*) FROM orders"), orders);
    assert_eq!(
        count("SELECT count(*) FROM sandwiches"),
        all.len() - orders + 1
    );
    assert_eq!(
        count("SELECT count(DISTINCT name) FROM sandwiches"),
        all.len() - orders + 1
    );
    let again =
        "SELECT count(*) FROM (SELECT 1 FROM events GROUP BY order_id, step HAVING count(*) > 1)";
    assert_eq!(count(again), 0, "no step twice");
    let verdict: String = db
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}

#[test]
fn three_kills_under_load_take_nothing_that_was_answered() {
    survive(3);
}

/// `cargo test --release -p sandwiches --test crash -- --ignored --nocapture`
#[test]
#[ignore = "takes a minute"]
fn fifty_kills_under_load_take_nothing_that_was_answered() {
    survive(50);
}
