//! Trouble with the store, as whoever starts the program and whoever calls the service sees it: a start that names the
//! file, 503 with a time to come back, and an end of the trouble without a restart.

mod support;

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use sandwiches::store::{Options, sqlite::SqliteStore};
use sandwiches::{App, Settings};
use serde_json::{Value, json};
use support::disk::SmallDisk;
use support::postgres::Server;
use support::program::{Program, refusal};
use support::{Answer, Client, Folder, Service, make, until};
use toque::http::ServerConfig;

/// A sandwich that takes some room.
fn large() -> Value {
    json!({ "name": "large", "ingredients": vec!["x".repeat(100); 100], "description": "x".repeat(2000) })
}

fn post(client: &mut Client, target: &str, body: &Value) -> Answer {
    client.call_with(
        "POST",
        target,
        "application/json",
        body.to_string().as_bytes(),
    )
}

/// It is 503 of the right kind, with a time to come back.
#[track_caller]
fn is_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.json()["type"], "/problems/store-unavailable");
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// A store of some sandwiches, closed.
fn fill(db: &Path) {
    let service = Service::start(db);
    let client = &mut service.client();
    for _ in 0..20 {
        assert_eq!(post(client, "/sandwiches", &large()).status, 201);
    }
    service.stop();
}

fn run_sql(db: &Path, sql: &str) {
    Connection::open(db).unwrap().execute_batch(sql).unwrap();
}

const ANY_PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn a_start_without_a_store_ends_with_1_and_names_the_file() {
    let folder = Folder::new();
    let file = |name: &str| folder.db().with_file_name(name);
    fs::write(file("list.db"), "a shopping list".repeat(1000)).unwrap();
    fill(&file("cut.db"));
    File::options()
        .write(true)
        .open(file("cut.db"))
        .unwrap()
        .set_len(40_000)
        .unwrap();
    fill(&file("new.db"));
    run_sql(&file("new.db"), "PRAGMA user_version = 99");
    run_sql(&file("foreign.db"), "CREATE TABLE soups (name TEXT)");
    fs::create_dir(file("folder.db")).unwrap();

    for (name, why) in [
        ("nowhere/at_all.db", "unable to open database file"),
        ("list.db", "file is not a database"),
        ("cut.db", "malformed"),
        ("new.db", "version 99"),
        ("foreign.db", "another program's database"),
        ("folder.db", "unable to open database file"),
    ] {
        let path = file(name);
        let (status, words) = refusal(&path, &ANY_PORT);
        assert_eq!(status, Some(1), "{name}: {words}");
        let is_right = words.contains(&path.display().to_string()) && words.contains(why);
        assert!(is_right, "{name}: {words}");
    }
    let (status, words) = refusal("postgres://cook:w0rd@127.0.0.1:1/menu", &ANY_PORT);
    assert_eq!(status, Some(1), "{words}");
    assert!(words.contains("postgres://cook@127.0.0.1:1/menu: "));
}

#[test]
fn while_another_process_has_the_file_changes_are_503_and_reads_go_on() {
    let folder = Folder::new();
    let impatient = Options {
        patience: Duration::from_millis(100),
        ..Options::default()
    };
    let store = SqliteStore::open(&folder.db(), &impatient).unwrap();
    let app = App::new(Arc::new(store), Settings::default());
    let service = Service::of(app.clone(), sandwiches::app(app), ServerConfig::new());
    let client = &mut service.client();
    let path = make(client, "BLT");
    let id = path.replace("/sandwiches/", "");
    let other = Connection::open(folder.db()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();

    let json = "application/json";
    is_unavailable(&post(client, "/sandwiches", &large()));
    is_unavailable(&client.call_with("PUT", &path, json, br#"{"name":"soup"}"#));
    is_unavailable(&client.call_with("PATCH", &path, json, br#"{"name":"soup"}"#));
    is_unavailable(&client.call("DELETE", &path));
    is_unavailable(&post(client, "/orders", &json!({ "sandwich": id })));
    assert_eq!(client.call("GET", &path).json()["name"], "BLT");
    assert_eq!(client.call("GET", "/readyz").status, 200, "it can be read");

    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(post(client, "/sandwiches", &large()).status, 201);
    assert_eq!(
        post(client, "/orders", &json!({ "sandwich": id })).status,
        202
    );
    service.stop();
}

#[test]
fn on_a_full_disk_changes_are_503_until_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let ballast = disk.db().with_file_name("ballast");
    fs::write(&ballast, vec![0; 300_000]).unwrap();
    let mut program = Program::start(disk.db());
    let client = &mut program.client();
    let path = make(client, "BLT");

    let refused = loop {
        let answer = post(client, "/sandwiches", &large());
        if answer.status != 201 {
            break answer;
        }
    };

    is_unavailable(&refused);
    assert_eq!(client.call("GET", &path).status, 200);
    let line = program.wait_for("ERROR");
    let id = refused.header("x-request-id").unwrap();
    assert!(line.contains("full") && line.contains(id), "{line}");
    fs::remove_file(&ballast).unwrap();
    assert_eq!(post(client, "/sandwiches", &large()).status, 201);
}

/// Asks again until it is 201; whatever else comes is a 503 with a time to come back.
#[track_caller]
fn recovers(client: &mut Client) {
    until("the store answers again", || {
        let answer = post(client, "/sandwiches", &large());
        if answer.status != 201 {
            is_unavailable(&answer);
        }
        answer.status == 201
    });
}

#[test]
fn a_server_without_connections_for_us_is_503_until_it_has_some() {
    let Some(server) = Server::shared() else {
        return;
    };
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    server.sql("postgres", "CREATE ROLE guest LOGIN PASSWORD 'pass'");
    server.sql("postgres", &format!("ALTER DATABASE {name} OWNER TO guest"));
    let mut program = Program::with(url.replace("cook@", "guest:pass@"), &[]);
    let client = &mut program.client();
    let path = make(client, "BLT");

    server.sql("postgres", "ALTER ROLE guest CONNECTION LIMIT 0");
    server.sql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'",
    );
    for _ in 0..5 {
        is_unavailable(&post(client, "/sandwiches", &large()));
        is_unavailable(&client.call("GET", &path));
    }
    is_unavailable(&client.call("GET", "/readyz"));
    assert_eq!(client.call("GET", "/healthz").status, 200);
    program.wait_for("too many connections");

    server.sql("postgres", "ALTER ROLE guest CONNECTION LIMIT -1");
    recovers(client);
    assert_eq!(client.call("GET", &path).json()["name"], "BLT");
}

#[test]
fn a_server_that_crashes_is_503_until_it_is_back() {
    let Some(server) = Server::start() else {
        return;
    };
    let program = Program::start(server.url("postgres"));
    let client = &mut program.client();
    let path = make(client, "BLT");

    server.down();
    is_unavailable(&post(client, "/sandwiches", &large()));
    is_unavailable(&client.call("GET", &path));
    is_unavailable(&client.call("GET", "/readyz"));
    server.up();

    recovers(client);
    assert_eq!(client.call("GET", &path).json()["name"], "BLT");
    assert_eq!(client.call("GET", "/readyz").status, 200);
}
