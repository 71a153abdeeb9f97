//! The log: each line can be found by the id that the client of its request was told, from whichever task it comes.

mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use sandwiches::log::{self, Format};
use sandwiches::{App, Settings, app::around, request_name};
use serde_json::{Value, json};
use support::{Folder, Service, open, until};
use toque::http::ServerConfig;
use toque::sync::Barrier;
use toque::task::yield_now;
use tracing::info;
use tracing_subscriber::fmt::MakeWriter;

/// A log that is kept.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Paper {
    type Writer = Paper;

    fn make_writer(&self) -> Paper {
        self.clone()
    }
}

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn has(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The one line of this level that has this in it.
    #[track_caller]
    fn line(&self, level: &str, words: &str) -> String {
        let text = self.text();
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(level) && line.contains(words))
            .collect();
        assert_eq!(found.len(), 1, "{words:?} in\n{text}");
        found[0].to_owned()
    }
}

/// The log of all threads: a process has one.
fn paper() -> &'static Paper {
    static PAPER: OnceLock<Paper> = OnceLock::new();
    PAPER.get_or_init(|| {
        let paper = Paper::default();
        let log = log::to(paper.clone(), Format::Plain);
        tracing::subscriber::set_global_default(log).expect("nobody else sets one");
        paper
    })
}

#[test]
fn a_panic_and_a_failed_store_are_told_with_the_id_of_their_request() {
    let paper = paper();
    let folder = Folder::new();
    let service = Service::burning(&folder.db());
    let client = &mut service.client();

    let burnt = client.call("GET", "/burn");

    let line = paper.line("ERROR", "a handler panicked: the toast is black");
    let id = burnt.header("x-request-id").unwrap();
    assert_eq!(burnt.status, 500);
    assert!(line.contains(&format!("request{{id=\"{id}\"}}")), "{line}");
    assert!(
        paper.line("INFO", "status=500").contains(id),
        "the access log has it too"
    );
    service.stop();

    let service = Service::start(&folder.db());
    service.close_store();
    let client = &mut service.client();
    let failed = client.call_lines("GET", "/sandwiches", "x-request-id: lunch-7\r\n", "");
    assert_eq!(
        (failed.status, failed.header("x-request-id")),
        (503, Some("lunch-7"))
    );
    let line = paper.line("ERROR", "the store is closed");
    assert!(line.contains("request{id=\"lunch-7\"}"), "{line}");
    service.stop();
}

/// Two guests eat at one table, each course in a task of its own.
async fn eat(State(table): State<Arc<Barrier>>, headers: HeaderMap) {
    let guest = headers["x-request-id"].to_str().unwrap().to_owned();
    info!("{guest} sits down");
    toque::spawn(async move {
        table.wait().await;
        info!("{guest} has soup");
        yield_now().await;
        toque::spawn(async move {
            table.wait().await;
            info!("{guest} has cake");
            pay(&guest).await;
        });
    });
}

/// Knows of no request but what the log has to know by itself.
async fn pay(guest: &str) {
    yield_now().await;
    info!("{guest} pays");
}

#[test]
fn what_two_requests_spawn_is_told_with_the_id_of_its_own() {
    let paper = paper();
    let folder = Folder::new();
    let app = App::new(open(&folder.db()), Settings::default());
    let routes = Router::new().route("/eat", get(eat));
    let routes = routes.with_state(Arc::new(Barrier::new(2)));
    let service = Service::of(app.clone(), around(routes, app), ServerConfig::new());

    let guests = ["guest-1", "guest-2"];
    for guest in guests {
        let line = format!("x-request-id: {guest}\r\n");
        let answer = service.client().call_lines("GET", "/eat", &line, "");
        assert_eq!(answer.status, 200); // and its tasks wait for the other guest
    }

    for guest in guests {
        for words in ["sits down", "has soup", "has cake", "pays"] {
            let words = format!("{guest} {words}");
            until(&words, || paper.has(&words));
            let line = paper.line("INFO", &words);
            assert!(
                line.contains(&format!("request{{id={guest:?}}}: ")),
                "{line}"
            );
        }
    }
    service.stop();
}

#[test]
fn a_line_of_json_is_an_object_with_the_name_of_its_request() {
    let paper = Paper::default();
    let log = log::to(paper.clone(), Format::Json);

    tracing::subscriber::with_default(log, || {
        info!(
            price = 650,
            vegan = false,
            weight = 0.5,
            guest = "\"Jo\"",
            "lunch {}",
            "time"
        );
        request_name::within(&"lunch-7".into(), || info!(step = ?Some(1), "eats"));
    });

    let lines = paper.text();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [first, second] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert!(first["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        (&first["level"], &first["message"], &first["guest"]),
        (&json!("INFO"), &json!("lunch time"), &json!("\"Jo\""))
    );
    assert_eq!(
        (&first["price"], &first["vegan"], &first["weight"]),
        (&json!(650), &json!(false), &json!(0.5))
    );
    assert_eq!(first.get("request"), None, "it is told for none");
    assert_eq!(
        (&second["request"], &second["step"]),
        (&json!("lunch-7"), &json!("Some(1)"))
    );
}
