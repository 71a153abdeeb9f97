//! The problems: for each kind that there is, a request that ends in it, its status, its `type`, and what the `type` leads to.

mod support;

use std::time::Duration;

use sandwiches::Settings;
use sandwiches::layers::token::Token;
use sandwiches::problem::Kind;
use sandwiches::window::Window;
use serde_json::json;
use support::{Answer, Client, Folder, Service, make};
use toque::http::ServerConfig;

use House::{Burning, Closed, Full, Guarded, Open};

/// Which service is asked: most problems can be had at any, some at one that is in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum House {
    Open,
    /// It has a token.
    Guarded,
    /// It takes no requests at all.
    Full,
    /// Its store is closed.
    Closed,
    /// Its handler panics.
    Burning,
}

/// What is sent where, and what must come back: the status, the last segment of the `type`, a header that goes with it.
struct Row {
    house: House,
    sent: String,
    status: u16,
    kind: &'static str,
    header: Option<&'static str>,
}

#[test]
fn each_kind_of_problem_has_a_request_that_ends_in_it() {
    let street = Street::new();
    let rows = rows(&street.places());

    let wrong: Vec<String> = rows.iter().filter_map(|row| street.try_out(row)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    let is_missing = |kind: &&Kind| !rows.iter().any(|row| row.kind == kind.name());
    let missing: Vec<&Kind> = Kind::ALL.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    street.stop();
}

/// Paths at the open house, and what stands there.
struct Places {
    /// A sandwich of version 1, made under the key `lunch`.
    sandwich: String,
    /// An order that is cancelled.
    order: String,
}

#[rustfmt::skip]
fn rows(at: &Places) -> Vec<Row> {
    let row = |house, sent: String, status, kind, header: &'static str| Row {
        house, sent, status, kind, header: (!header.is_empty()).then_some(header),
    };
    let Places { sandwich, order } = at;
    let no_id = "00000000-0000-0000-0000-000000000000";
    let chunked = "content-type: application/json\r\ntransfer-encoding: chunked\r\n";
    let blt = r#"{"name":"BLT"}"#;
    vec![
        row(Open, post("/sandwiches", "", "{"), 400, "malformed-json", ""),
        row(Open, request("POST", "/sandwiches", chunked, "soup\r\n"), 400, "malformed-body", "connection"),
        row(Open, request("GET", "/sandwiches?limit=0", "", ""), 400, "malformed-query", ""),
        row(Open, request("GET", sandwich, "if-match: 1\r\n", ""), 400, "malformed-header", ""),
        row(Guarded, post("/sandwiches", "", blt), 401, "unauthorized", "www-authenticate"),
        row(Guarded, post("/orders", "authorization: Bearer sesame\r\n", "{}"), 401, "unauthorized", "www-authenticate"),
        row(Open, request("POST", "/kitchen/block", "", ""), 403, "forbidden", ""),
        row(Open, request("GET", &format!("/sandwiches/{no_id}"), "", ""), 404, "no-such-sandwich", ""),
        row(Open, request("GET", &format!("/orders/{no_id}"), "", ""), 404, "no-such-order", ""),
        row(Open, request("GET", "/soup", "", ""), 404, "not-found", ""),
        row(Open, request("GET", "/problems/soup", "", ""), 404, "not-found", ""),
        row(Open, request("DELETE", "/sandwiches", "", ""), 405, "method-not-allowed", "allow"),
        row(Open, request("POST", "/sandwiches", "content-type: application/json\r\ncontent-length: 14\r\n", "{"), 408, "request-timeout", "connection"),
        row(Open, request("DELETE", order, "", ""), 409, "order-finished", ""),
        row(Open, request("DELETE", sandwich, "if-match: \"2\"\r\n", ""), 412, "precondition-failed", ""),
        row(Open, post("/sandwiches", "", &" ".repeat(70_000)), 413, "content-too-large", ""),
        row(Open, post("/sandwiches", "content-encoding: gzip\r\n", blt), 415, "unsupported-media-type", "accept-encoding"),
        row(Open, post("/sandwiches", "", r#"{"name":""}"#), 422, "invalid-content", ""),
        row(Open, post("/orders", "", &json!({ "sandwich": no_id }).to_string()), 422, "invalid-content", ""),
        row(Open, post("/sandwiches", "idempotency-key: lunch\r\n", r#"{"name":"soup"}"#), 422, "idempotency-key-reused", ""),
        row(Open, request("GET", &format!("/{}", "a".repeat(40_000)), "", ""), 414, "target-too-long", ""),
        row(Open, request("GET", "/healthz", &format!("a: {}\r\n", "a".repeat(40_000)), ""), 431, "head-too-large", ""),
        row(Open, request("GET", &format!("{order}/socket"), "", ""), 426, "upgrade-required", "upgrade"),
        row(Burning, request("GET", "/burn", "", ""), 500, "internal-error", "x-request-id"),
        row(Closed, request("GET", "/sandwiches", "", ""), 503, "store-unavailable", "retry-after"),
        row(Closed, post("/sandwiches", "", blt), 503, "store-unavailable", "retry-after"),
        row(Full, request("GET", "/sandwiches", "", ""), 503, "overloaded", "retry-after"),
    ]
}

fn request(method: &str, target: &str, lines: &str, body: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: x\r\n{lines}\r\n{body}")
}

fn post(target: &str, lines: &str, body: &str) -> String {
    let length = body.len();
    let lines = format!("content-type: application/json\r\ncontent-length: {length}\r\n{lines}");
    request("POST", target, &lines, body)
}

/// All houses.
struct Street {
    houses: Vec<(House, Service)>,
    _folders: Vec<Folder>,
}

impl Street {
    fn new() -> Street {
        let folders: Vec<Folder> = (0..5).map(|_| Folder::new()).collect();
        let kinds = [Open, Guarded, Full, Closed, Burning];
        let start = |(house, folder): (House, &Folder)| (house, build(house, folder));
        Street {
            houses: kinds.into_iter().zip(&folders).map(start).collect(),
            _folders: folders,
        }
    }

    fn client(&self, house: House) -> Client {
        let found = self.houses.iter().find(|(one, _)| *one == house);
        found.expect("all are built").1.client()
    }

    fn places(&self) -> Places {
        let client = &mut self.client(Open);
        client.write(
            post(
                "/sandwiches",
                "idempotency-key: lunch\r\n",
                r#"{"name":"BLT"}"#,
            )
            .as_bytes(),
        );
        let sandwich = client.receive().header("location").unwrap().to_owned();
        let wish = json!({ "sandwich": make(client, "BLT").replace("/sandwiches/", "") });
        let ordered = client.call_with(
            "POST",
            "/orders",
            "application/json",
            wish.to_string().as_bytes(),
        );
        let order = ordered.header("location").unwrap().to_owned();
        client.call("DELETE", &order);
        Places { sandwich, order }
    }

    /// What is wrong with the answer to the row's request, if anything.
    fn try_out(&self, row: &Row) -> Option<String> {
        let mut client = self.client(row.house);
        client.write(row.sent.as_bytes());
        let answer = client.receive();
        let told = answer.json();
        let kind = format!("/problems/{}", row.kind);
        let is_right = answer.status == row.status
            && told["status"] == row.status
            && told["type"] == kind
            && answer.header("content-type") == Some("application/problem+json")
            && row.header.is_none_or(|name| answer.header(name).is_some())
            && self.is_told(&kind, &answer);
        let begin: String = row.sent.chars().take(80).collect();
        (!is_right).then(|| {
            format!(
                "{begin:?} at {:?}: {answer:?}, and not {}",
                row.house, row.kind
            )
        })
    }

    /// Whether the `type` leads to a page about the problem.
    fn is_told(&self, kind: &str, answer: &Answer) -> bool {
        let page = self.client(Open).call("GET", kind);
        let title = format!("# {}\n", answer.json()["title"].as_str().unwrap());
        page.status == 200 && page.body.starts_with(title.as_bytes())
    }

    fn stop(self) {
        for (_, service) in self.houses {
            service.stop();
        }
    }
}

fn build(house: House, folder: &Folder) -> Service {
    let db = folder.db();
    let with = |settings| Service::with(&db, settings, ServerConfig::new());
    match house {
        // A body that has stopped is given up soon.
        Open => Service::with(
            &db,
            Settings {
                window: Some(Window::new(1)),
                ..Settings::default()
            },
            ServerConfig::new().body_idle(Duration::from_millis(200)),
        ),
        Guarded => with(Settings {
            token: Token::new("open sesame"),
            ..Settings::default()
        }),
        Full => with(Settings {
            requests_max: 0,
            ..Settings::default()
        }),
        Closed => {
            let service = Service::start(&db);
            service.close_store();
            service
        }
        Burning => Service::burning(&db),
    }
}
