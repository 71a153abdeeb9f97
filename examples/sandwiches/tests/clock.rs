//! A wall clock that jumps, by correction, by hand, or as a machine wakes up: what depends on it, and what must not.
//!
//! Ids are made in ascending order whatever the clock does. Deadlines, steps of orders and streams go by the monotonic clock.
//! Times that are shown are the clock's, and keys are known for 24 hours by it.

mod support;

use serde_json::json;
use support::clock::Clock;
use support::program::{Program, figure};
use support::{Client, Folder, make, until};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// All names on the menu, page by page, from this one on.
fn walk(client: &mut Client, first: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(target) = next {
        let page = client.call("GET", &target).json();
        let sandwiches = page["sandwiches"].as_array().unwrap();
        names.extend(
            sandwiches
                .iter()
                .map(|one| one["name"].as_str().unwrap().to_owned()),
        );
        next = page["next"].as_str().map(str::to_owned);
    }
    names
}

#[test]
fn ids_ascend_and_pages_are_whole_whatever_the_clock_does() {
    let folder = Folder::new();
    let clock = Clock::new(&folder);
    let program = clock.start(folder.db(), &[]);
    let client = &mut program.client();

    let mut paths = Vec::new();
    for (name, moved) in [
        ("a", 0),
        ("b", 0),
        ("c", -DAY),
        ("d", -DAY),
        ("e", DAY),
        ("f", 0),
    ] {
        clock.move_by(moved);
        paths.push(make(client, name));
    }

    let ids: Vec<&str> = paths.iter().map(|path| id_of(path)).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    // By the time that they were made: it is the clock's, and who moves it moves what is new in the list.
    assert_eq!(
        walk(client, "/sandwiches?limit=2"),
        ["c", "d", "a", "b", "f", "e"]
    );
    assert_eq!(
        walk(client, "/sandwiches?limit=1&sort=-created_at"),
        ["e", "f", "b", "a", "d", "c"]
    );
    let page = client.call("GET", "/sandwiches?limit=3").json();
    clock.move_by(-2 * DAY);
    make(client, "g");
    let rest = walk(client, page["next"].as_str().unwrap());
    assert_eq!(
        rest,
        ["b", "f", "e"],
        "a cursor of before the jump leads on"
    );

    let changed = client
        .call_with("PATCH", &paths[4], "application/json", br#"{"name":"E"}"#)
        .json();
    let at = |name: &str| changed[name].as_str().unwrap().to_owned();
    assert!(at("updated_at") >= at("created_at"), "{changed}");
}

#[test]
fn after_a_restart_in_the_past_ids_are_new_ones() {
    let folder = Folder::new();
    let clock = Clock::new(&folder);
    let mut program = clock.start(folder.db(), &[]);
    let client = &mut program.client();
    let mut paths: Vec<String> = (0..20).map(|_| make(client, "x")).collect();
    program.kill();

    clock.move_by(-1); // over those milliseconds the ids were made of
    let program = clock.start(folder.db(), &[]);
    let client = &mut program.client();
    paths.extend((0..20).map(|_| make(client, "x")));

    let names = walk(client, "/sandwiches?limit=100");
    assert_eq!(names.len(), 40);
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 40);
}

#[test]
fn an_idempotency_key_is_known_for_a_day_by_the_clock() {
    let folder = Folder::new();
    let clock = Clock::new(&folder);
    let program = clock.start(folder.db(), &[]);
    let client = &mut program.client();
    let lines = "content-type: application/json\r\nidempotency-key: lunch\r\n";
    let mut make = || {
        let made = client.call_lines("POST", "/sandwiches", lines, r#"{"name":"BLT"}"#);
        made.header("location").unwrap().to_owned()
    };
    let first = make();

    for moved in [-30 * DAY, 0, 23 * HOUR, -DAY] {
        clock.move_by(moved);
        assert_eq!(make(), first, "moved by {moved} s");
    }
    clock.move_by(25 * HOUR);
    assert_ne!(
        make(),
        first,
        "it is a day later for all that the service can know"
    );
}

/// The steps that are told of an order, in their order.
fn steps(client: &mut Client, program: &Program, order: &str) -> Vec<String> {
    until("it is ready", || {
        client.call("GET", order).json()["step"] == "ready"
    });
    let mut events = program.client();
    events.send("GET", &format!("{order}/events"));
    let mut steps = Vec::new();
    while steps.last().is_none_or(|step| step != "ready") {
        let line = events.line();
        steps.extend(line.strip_prefix("event: ").map(str::to_owned));
    }
    steps
}

#[test]
fn an_order_that_is_cooked_while_the_clock_jumps_takes_each_step_once() {
    let folder = Folder::new();
    let clock = Clock::new(&folder);
    let mut program = clock.start(folder.db(), &["--pace", "700ms"]);
    let client = &mut program.client();
    let sandwich = json!({ "sandwich": id_of(&make(client, "BLT")) }).to_string();
    let order = |client: &mut Client| {
        let placed = client.call_with("POST", "/orders", "application/json", sandwich.as_bytes());
        placed.header("location").unwrap().to_owned()
    };
    let first = order(client);
    program.wait_for("cooking, from placed");
    until("it is being cooked", || {
        client.call("GET", &first).json()["step"] == "searching"
    });

    // Its cook's lease is over by the clock, and the kitchen, which is told of another order, looks for what is free.
    clock.move_by(HOUR);
    let second = order(client);
    program.wait_for("cooking, from placed");
    clock.move_by(-HOUR);

    for path in [&first, &second] {
        assert_eq!(
            steps(client, &program, path),
            ["placed", "searching", "assembling", "ready"]
        );
    }
}

#[test]
fn deadlines_and_idle_connections_know_nothing_of_the_clock() {
    let folder = Folder::new();
    let clock = Clock::new(&folder);
    let program = clock.start(
        folder.db(),
        &["--head-timeout", "500ms", "--keep-alive", "100ms"],
    );
    let (mut idle, mut half, mut events) = (program.client(), program.client(), program.client());
    assert_eq!(idle.call("GET", "/healthz").status, 200);
    events.send("GET", "/orders/events");
    let mut wait_for_life = || while events.line() != ": still cooking" {};
    wait_for_life();
    half.write(b"GET /healthz HTTP/1.1\r\nhost");

    clock.move_by(DAY);
    assert_eq!(
        idle.call("GET", "/healthz").status,
        200,
        "a day is over, but for nobody here"
    );
    wait_for_life();
    clock.move_by(-DAY);
    wait_for_life();

    assert_eq!(half.receive().status, 408, "not late by a day");
    assert_eq!(idle.call("GET", "/healthz").status, 200);
    let missed = figure(&mut idle, "connection_timeouts_total{deadline=\"head\"}");
    assert_eq!(missed, 1);
}
