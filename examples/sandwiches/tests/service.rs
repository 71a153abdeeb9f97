//! The service as its clients see it: over real sockets, with a real database, on a thread of its own.

mod support;

use std::net::TcpStream;

use serde_json::{Value, json};
use support::{Answer, Client, Folder, Service, make};

const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

fn post(client: &mut Client, body: &Value) -> Answer {
    client.call_with("POST", "/sandwiches", JSON, body.to_string().as_bytes())
}

/// Checks that the answer is a problem of this status, in body and content type.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{answer:?}"
    );
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    let kind = problem["type"].as_str().expect("a type");
    assert!(kind.starts_with("/problems/"), "{kind}");
    assert!(
        problem["title"].is_string() && problem["detail"].is_string(),
        "{problem}"
    );
}

#[test]
fn a_sandwich_is_made_read_listed_changed_and_cleared_away() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    let made = post(
        client,
        &json!({ "name": "BLT", "ingredients": ["bacon", "lettuce", "tomato"] }),
    );
    assert_eq!(made.status, 201);
    assert_eq!(made.header("content-type"), Some(JSON));
    let sandwich = made.json();
    let path = format!("/sandwiches/{}", sandwich["id"].as_str().unwrap());
    assert_eq!(made.header("location"), Some(path.as_str()));

    let read = client.call("GET", &path);
    assert_eq!((read.status, read.json()), (200, sandwich.clone()));
    let list = client.call("GET", "/sandwiches");
    assert_eq!(
        (list.status, list.json()),
        (200, json!({ "sandwiches": [sandwich] }))
    );

    let renamed = client.call_with("PATCH", &path, MERGE_PATCH, br#"{"name":"The usual"}"#);
    assert_eq!(renamed.status, 200);
    assert_eq!(renamed.json()["name"], "The usual");
    assert_eq!(
        renamed.json()["ingredients"],
        sandwich["ingredients"],
        "what the patch leaves out stays"
    );
    let emptied = client.call_with("PATCH", &path, JSON, br#"{"ingredients":[]}"#);
    assert_eq!(
        (
            emptied.json()["name"].as_str(),
            &emptied.json()["ingredients"]
        ),
        (Some("The usual"), &json!([]))
    );
    assert_eq!(client.call("GET", &path).json(), emptied.json());

    let gone = client.call("DELETE", &path);
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_problem(&client.call("GET", &path), 404);
    assert_problem(&client.call("DELETE", &path), 404);
    assert_problem(&client.call_with("PATCH", &path, JSON, b"{}"), 404);
    assert_eq!(
        client.call("GET", "/sandwiches").json(),
        json!({ "sandwiches": [] })
    );
    service.stop();
}

#[test]
fn the_list_comes_in_pages_oldest_first() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    for name in ["a", "b", "c", "d", "e"] {
        make(client, name);
    }

    let mut names = Vec::new();
    let mut next = Some("/sandwiches?limit=2".to_owned());
    let mut pages = 0;
    while let Some(target) = next {
        let page = client.call("GET", &target).json();
        names.extend(
            page["sandwiches"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| s["name"].as_str().unwrap().to_owned()),
        );
        next = page["next"].as_str().map(str::to_owned);
        pages += 1;
    }

    assert_eq!((names.concat().as_str(), pages), ("abcde", 3));
    assert_problem(&client.call("GET", "/sandwiches?limit=many"), 400);
    assert_problem(&client.call("GET", "/sandwiches?after=lunch"), 400);
    service.stop();
}

#[test]
fn a_body_is_taken_or_refused_with_the_reason() {
    let name = |n: usize| json!({ "name": "ä".repeat(n) }).to_string();
    let many = |n: usize| json!({ "name": "x", "ingredients": vec!["y"; n] }).to_string();
    let long = |n: usize| json!({ "name": "x", "ingredients": ["ä".repeat(n)] }).to_string();
    let padded = |n: usize| r#"{"name":"x"}"#.to_owned() + &" ".repeat(n - 12);
    #[rustfmt::skip]
    let table = [
        // what                          content type        body                                    status
        ("a name alone",                 JSON,               r#"{"name":"x"}"#.to_owned(),           201),
        ("a charset",                    "Application/JSON; charset=utf-8", r#"{"name":"x"}"#.to_owned(), 201),
        ("the longest name",             JSON,               name(200),                              201),
        ("a name too long",              JSON,               name(201),                              422),
        ("an empty name",                JSON,               name(0),                                422),
        ("no name",                      JSON,               "{}".to_owned(),                        422),
        ("a name that is null",          JSON,               r#"{"name":null}"#.to_owned(),          422),
        ("a name that is a number",      JSON,               r#"{"name":7}"#.to_owned(),             422),
        ("the most ingredients",         JSON,               many(100),                              201),
        ("too many ingredients",         JSON,               many(101),                              422),
        ("the longest ingredient",       JSON,               long(100),                              201),
        ("an ingredient too long",       JSON,               long(101),                              422),
        ("an empty ingredient",          JSON,               long(0),                                422),
        ("an unknown field",             JSON,               r#"{"name":"x","price":3}"#.to_owned(), 422),
        ("a field twice",                JSON,               r#"{"name":"x","name":"y"}"#.to_owned(), 400),
        ("a list",                       JSON,               "[1]".to_owned(),                       400),
        ("nothing",                      JSON,               String::new(),                          400),
        ("half an object",               JSON,               r#"{"name":"x""#.to_owned(),            400),
        ("an unknown field in half",     JSON,               r#"{"price":3"#.to_owned(),             400),
        ("something after the object",   JSON,               r#"{"name":"x"} y"#.to_owned(),         400),
        ("another content type",         "text/plain",       r#"{"name":"x"}"#.to_owned(),           415),
        ("a patch",                      MERGE_PATCH,        r#"{"name":"x"}"#.to_owned(),           415),
        ("the largest body",             JSON,               padded(64 * 1024),                      201),
        ("a body too large",             JSON,               padded(64 * 1024 + 1),                  413),
        ("a body ten times too large",   JSON,               padded(10 * 64 * 1024),                 413),
    ];
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    // One connection for all: after a refusal, the next request is read from the right place.
    let client = &mut service.client();

    for (what, content_type, body, status) in &table {
        let answer = client.call_with("POST", "/sandwiches", content_type, body.as_bytes());
        assert_eq!(answer.status, *status, "{what}: {answer:?}");
        if *status != 201 {
            assert_problem(&answer, *status);
        }
    }
    let taken = table.iter().filter(|row| row.3 == 201).count();
    let listed = client.call("GET", "/sandwiches?limit=100").json();
    assert_eq!(
        listed["sandwiches"].as_array().unwrap().len(),
        taken,
        "what was refused was not stored"
    );
    service.stop();
}

#[test]
fn a_patch_is_taken_or_refused_with_the_reason() {
    let table = [
        ("nothing to change", MERGE_PATCH, "{}", 200),
        ("a name", MERGE_PATCH, r#"{"name":"y"}"#, 200),
        ("plain JSON", JSON, r#"{"name":"y"}"#, 200),
        ("an empty name", MERGE_PATCH, r#"{"name":""}"#, 422),
        (
            "null, which would remove",
            MERGE_PATCH,
            r#"{"name":null}"#,
            422,
        ),
        ("an unknown field", MERGE_PATCH, r#"{"id":"1"}"#, 422),
        (
            "an empty ingredient",
            MERGE_PATCH,
            r#"{"ingredients":["x",""]}"#,
            422,
        ),
        ("half an object", MERGE_PATCH, "{", 400),
        ("another content type", "text/plain", "{}", 415),
    ];
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let path = make(client, "x");

    for (what, content_type, body, status) in table {
        let answer = client.call_with("PATCH", &path, content_type, body.as_bytes());
        assert_eq!(answer.status, status, "{what}: {answer:?}");
    }
    service.stop();
}

#[test]
fn a_body_too_large_is_refused_before_it_is_sent_if_the_client_asks_first() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    client.write(
        b"POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
          content-length: 70000\r\nexpect: 100-continue\r\n\r\n",
    );

    assert_problem(&client.receive(), 413);
    service.stop();
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    for (method, target, allowed) in [
        ("PUT", "/sandwiches", "GET,HEAD,POST"),
        ("DELETE", "/sandwiches", "GET,HEAD,POST"),
        ("POST", "/sandwiches/1", "DELETE,GET,HEAD,PATCH,PUT"),
    ] {
        let answer = client.call(method, target);
        assert_problem(&answer, 405);
        let mut allow: Vec<_> = answer
            .header("allow")
            .expect("405 has Allow")
            .split(',')
            .map(str::trim)
            .collect();
        allow.sort_unstable();
        assert_eq!(allow.join(","), allowed, "{method} {target}");
    }
    service.stop();
}

#[test]
fn what_is_not_there_is_a_problem_too() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    for target in [
        "/",
        "/soup",
        "/sandwiches/",
        "/sandwiches/blt",
        "/sandwiches/00000000-0000-0000-0000-000000000000",
    ] {
        assert_problem(&client.call("GET", target), 404);
    }
    service.stop();
}

#[test]
fn a_store_that_fails_gives_503_and_a_time_to_come_back() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let path = make(client, "BLT");
    let saboteur = rusqlite::Connection::open(folder.db()).unwrap();
    saboteur
        .execute_batch("ALTER TABLE sandwiches RENAME TO soups")
        .unwrap();

    for answer in [
        client.call("GET", &path),
        post(client, &json!({ "name": "x" })),
        client.call("DELETE", &path),
    ] {
        assert_problem(&answer, 503);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }

    saboteur
        .execute_batch("ALTER TABLE soups RENAME TO sandwiches")
        .unwrap();
    assert_eq!(
        client.call("GET", &path).status,
        200,
        "it recovers by itself"
    );
    service.stop();
}

#[test]
fn a_slow_query_does_not_delay_others() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let (mut slow, mut quick) = (service.client(), service.client());
    let path = make(&mut quick, "BLT");

    slow.send("GET", &format!("{path}?slow_ms=2000"));
    for _ in 0..50 {
        assert_eq!(quick.call("GET", &path).status, 200);
    }

    assert!(slow.waits(), "fifty guests were served while one waits");
    assert_eq!(slow.receive().json()["name"], "BLT");
    service.stop();
}

#[test]
fn the_sandwiches_are_there_after_a_restart() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let path = make(&mut service.client(), "BLT");
    service.stop();

    let service = Service::start(&folder.db());
    assert_eq!(service.client().call("GET", &path).json()["name"], "BLT");
    service.stop();
}

#[test]
fn a_stop_closes_idle_connections_and_lets_requests_finish() {
    let folder = Folder::new();
    let mut service = Service::start(&folder.db());
    let (mut idle, mut silent, mut slow) = (service.client(), service.client(), service.client());
    let path = make(&mut idle, "BLT");
    // The last to connect has an answer, so those before it have been let in too.
    assert_eq!(slow.call("GET", &path).status, 200);
    slow.send("GET", &format!("{path}?slow_ms=1000"));
    for _ in 0..20 {
        assert_eq!(idle.call("GET", &path).status, 200); // meanwhile the slow request has been read
    }

    service.tell_to_stop();

    idle.expect_end();
    silent.expect_end();
    assert!(slow.waits(), "the slow request is still in the kitchen");
    assert!(
        TcpStream::connect(service.address).is_err(),
        "nobody is let in"
    );
    let answer = slow.receive();
    assert_eq!(
        (answer.status, answer.header("connection")),
        (200, Some("close"))
    );
    slow.expect_end();
    assert_eq!(service.join().aborted, Vec::<String>::new());
}

#[test]
fn requests_sent_at_once_are_answered_in_order() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let paths = ["a", "b", "c"].map(|name| make(client, name));

    for path in &paths {
        client.send("GET", path);
    }

    let names = paths.map(|_| client.receive().json()["name"].as_str().unwrap().to_owned());
    assert_eq!(names, ["a", "b", "c"]);
    service.stop();
}
