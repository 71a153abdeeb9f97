//! The kitchen page as it is served: to whom, with which rules, and what it is told. How it looks is tested in `browser.rs`.

mod support;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use sandwiches::layers::token::Token;
use sandwiches::window::Window;
use sandwiches::{App, Settings};
use serde_json::Value;
use support::program::Program;
use support::{Client, Folder, PATIENCE, Service, make, open, until};
use toque::http::{ServerConfig, serve};
use toque::net::TcpListener;

/// A service with a window, and its address.
struct House {
    app: App,
    address: std::net::SocketAddr,
    thread: thread::JoinHandle<()>,
    folder: Folder,
}

impl House {
    fn open(token: Option<Token>) -> House {
        let folder = Folder::new();
        let window = Window::new(1);
        let settings = Settings {
            window: Some(window.clone()),
            token,
            ..Settings::default()
        };
        let app = App::new(Window::noting(open(&folder.db())), settings);
        let (tell, address) = mpsc::channel();
        let served = app.clone();
        let thread = thread::spawn(move || {
            let mut runtime = toque::Builder::new_current_thread();
            window.watch(&mut runtime);
            runtime.build().unwrap().block_on(async {
                window.show(0);
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let closing = served.closing.clone();
                serve(listener, sandwiches::app(served.clone()))
                    .config(ServerConfig::new())
                    .with_graceful_shutdown(async move { closing.cancelled().await })
                    .await;
                served.store.close().await.unwrap();
            });
        });
        House {
            app,
            address: address.recv().unwrap(),
            thread,
            folder,
        }
    }

    fn client(&self) -> Client {
        Client::connect(self.address)
    }

    fn viewer(&self) -> Viewer {
        Viewer::at(self.address, "/kitchen/events")
    }

    /// All who look have gone by then, or it would wait for them.
    fn close(self) {
        self.app.closing.cancel();
        self.thread.join().unwrap();
        drop(self.folder);
    }
}

/// Somebody who reads the stream of events.
struct Viewer {
    stream: BufReader<TcpStream>,
    /// That have come, and were not looked at.
    notes: VecDeque<Value>,
    /// News come without an end: so it looks no longer than there is patience.
    begun: Instant,
}

impl Viewer {
    fn at(address: std::net::SocketAddr, target: &str) -> Viewer {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        Viewer {
            stream: BufReader::new(stream),
            notes: VecDeque::new(),
            begun: Instant::now(),
        }
    }

    #[track_caller]
    fn line(&mut self) -> String {
        assert!(
            self.begun.elapsed() < PATIENCE,
            "what is wanted does not come"
        );
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).unwrap();
        assert_ne!(read, 0, "the stream goes on");
        line.trim_end().to_owned()
    }

    /// The first line of the answer.
    fn status(&mut self) -> String {
        self.line()
    }

    /// The next event of this name.
    fn next(&mut self, name: &str) -> Value {
        loop {
            if self.line() == format!("event: {name}") {
                let line = self.line();
                let data = line.strip_prefix("data: ").expect("an event has data");
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// The next note for which this holds.
    fn note(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            while let Some(note) = self.notes.pop_front() {
                if is_wanted(&note) {
                    return note;
                }
            }
            let news = self.next("news");
            self.notes
                .extend(news["notes"].as_array().unwrap().iter().cloned());
        }
    }
}

const BLOCK: &str = "/kitchen/block";

#[test]
fn without_a_window_there_is_no_kitchen() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    for (method, target) in [
        ("GET", "/kitchen"),
        ("GET", "/kitchen/"),
        ("GET", "/kitchen/kitchen.js"),
        ("GET", "/kitchen/events"),
        ("POST", BLOCK),
    ] {
        let answer = client.call(method, target);
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.json()["type"], "/problems/not-found");
    }
    service.stop();
}

#[test]
fn each_file_of_the_page_is_served_with_the_rules_that_keep_it_safe() {
    let house = House::open(None);
    let client = &mut house.client();
    assert_eq!(
        client.call("GET", "/kitchen").header("location"),
        Some("/kitchen/")
    );
    let page = client.call("GET", "/kitchen/");
    let text = String::from_utf8(page.body).unwrap();
    let mut files = vec!["".to_owned()];
    for part in text.split(['"', '\'']) {
        if [".css", ".js", ".svg"]
            .iter()
            .any(|end| part.ends_with(end))
        {
            files.push(part.to_owned());
        }
    }
    let script = String::from_utf8(client.call("GET", "/kitchen/kitchen.js").body).unwrap();
    let imported = script
        .lines()
        .filter_map(|line| line.split("from \"./").nth(1));
    files.extend(imported.map(|rest| rest.trim_end_matches("\";").to_owned()));
    assert!(files.len() > 8, "{files:?}");

    for file in files {
        let answer = client.call("GET", &format!("/kitchen/{file}"));
        assert_eq!(answer.status, 200, "{file}");
        let rules = answer.header("content-security-policy").unwrap();
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(rules.contains(rule), "{rules}");
        }
        assert!(!rules.contains("unsafe"), "{rules}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let text = String::from_utf8(answer.body).unwrap();
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
        ] {
            assert!(
                !text.contains(word),
                "{file} has {word}: names come from clients"
            );
        }
    }
    house.close();
}

#[test]
fn a_viewer_is_told_who_is_there_and_then_what_happens() {
    let house = House::open(None);
    let client = &mut house.client();
    let path = make(client, "BLT");
    let mut viewer = house.viewer();

    let hello = viewer.next("hello");
    let snapshot = viewer.next("snapshot");
    assert_eq!((&hello["chef"], &hello["chefs"]), (&0.into(), &1.into()));
    let tasks = snapshot["tasks"].as_array().unwrap();
    let own = tasks
        .iter()
        .find(|task| task["what"] == "GET /kitchen/events");
    assert_eq!(own.expect("it sees itself")["state"], "running");
    let guest = tasks.iter().find(|task| task["what"].is_null());
    let guest = &guest.expect("the other connection is idle")["waits"];
    assert!(
        guest
            .as_array()
            .unwrap()
            .iter()
            .any(|wait| wait["for"] == "socket"),
        "{guest}"
    );

    client.call_lines("GET", &path, "x-request-id: lunch-7\r\n", "");
    let came = viewer.note(|note| note["k"] == "came");
    assert_eq!(
        (&came["what"], &came["request"]),
        (&"GET /sandwiches/{id}".into(), &"lunch-7".into())
    );
    // The store may answer at once, and then nobody waits for it: so it is asked until somebody does.
    until("a task waits for the database", || {
        client.call("GET", &path);
        let news = viewer.next("news");
        let mut notes = news["notes"].as_array().unwrap().iter();
        notes.any(|note| note["call"] == "get" && note["task"] == came["task"])
    });
    let news = viewer.next("news");
    for figure in ["alive", "polls", "lag_p99", "busy"] {
        assert!(
            news["figures"][figure].as_f64() > Some(0.0),
            "{figure}: {news}"
        );
    }
    drop(viewer);
    house.close();
}

#[test]
fn a_few_may_look_at_once_and_one_more_when_one_has_gone() {
    let house = House::open(None);
    let mut viewers: Vec<Viewer> = (0..8).map(|_| house.viewer()).collect();
    for viewer in &mut viewers {
        assert_eq!(viewer.status(), "HTTP/1.1 200 OK");
    }

    let refused = house.client().call("GET", "/kitchen/events");

    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    viewers.pop();
    until("there is room for one more", || {
        house.viewer().status() == "HTTP/1.1 200 OK"
    });
    drop(viewers);
    house.close();
}

#[test]
fn a_viewer_that_does_not_read_is_told_how_much_it_has_missed() {
    let house = House::open(None);
    let mut slow = house.viewer();
    slow.next("snapshot");
    let client = &mut house.client();

    // More at once than a page is told in a tenth of a second.
    until("it has missed something", || {
        let requests = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(300);
        client.write(requests.as_bytes());
        for _ in 0..300 {
            assert_eq!(client.receive().status, 200);
        }
        slow.next("news")["missed"].as_u64() > Some(0)
    });

    let again = slow.next("snapshot");
    assert!(
        !again["tasks"].as_array().unwrap().is_empty(),
        "it is told again who is there"
    );
    drop(slow);
    house.close();
}

#[test]
fn the_chef_is_blocked_by_this_machines_own_page_alone() {
    let house = House::open(None);
    let client = &mut house.client();
    let port = house.address.port();
    let near = format!("127.0.0.1:{port}");

    for lines in [
        String::new(),
        "origin: https://evil.example\r\n".to_owned(),
        format!("origin: http://evil.example:{port}\r\n"),
        "origin: null\r\n".to_owned(),
        "x-forwarded-for: 192.0.2.7\r\n".to_owned(),
        "forwarded: for=192.0.2.7\r\n".to_owned(),
    ] {
        let host = if lines.is_empty() {
            "kitchen.evil.example"
        } else {
            &near
        };
        let answer = block(client, host, &lines);
        assert_eq!(answer.status, 403, "{host} {lines}");
        assert_eq!(answer.json()["type"], "/problems/forbidden");
    }
    let own = format!("origin: http://{near}\r\n");
    assert_eq!(block(client, &near, &own).status, 204);
    let again = block(client, &near, &own);
    assert_eq!(again.status, 503, "it is left in peace for a while");
    house.close();
}

#[test]
fn with_a_token_the_chef_is_blocked_with_it_alone() {
    let house = House::open(Token::new("open sesame"));
    let client = &mut house.client();
    let mut viewer = house.viewer();
    viewer.next("snapshot");
    let own = format!("127.0.0.1:{}", house.address.port());

    assert_eq!(block(client, &own, "").status, 401);
    assert_eq!(
        block(
            client,
            "elsewhere.example",
            "authorization: Bearer open sesame\r\n"
        )
        .status,
        204
    );

    let stall = loop {
        let news = viewer.next("news");
        let stall = &news["stalls"][0];
        if stall["took"].is_number() {
            break stall.clone();
        }
    };
    assert_eq!(stall["what"], "POST /kitchen/block");
    assert!(stall["took"].as_f64() > Some(1e6), "{stall}");
    drop(viewer);
    house.close();
}

fn block(client: &mut Client, host: &str, lines: &str) -> support::Answer {
    let head = format!("POST {BLOCK} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n{lines}\r\n");
    client.write(head.as_bytes());
    client.receive()
}

#[test]
fn with_several_chefs_each_can_be_looked_at() {
    let folder = Folder::new();
    let program = Program::with(folder.db(), &["--kitchen", "--threads=2"]);
    for chef in 0..2 {
        let mut viewer = Viewer::at(program.address, &format!("/kitchen/events?chef={chef}"));
        let hello = viewer.next("hello");
        assert_eq!((&hello["chef"], &hello["chefs"]), (&chef.into(), &2.into()));
        let tasks = viewer.next("snapshot")["tasks"].clone();
        let cooks = tasks
            .as_array()
            .unwrap()
            .iter()
            .any(|task| task["name"] == "kitchen");
        assert_eq!(cooks, chef == 0, "{tasks}: the first one has the kitchen");
    }
    let client = &mut program.client();
    for target in ["/kitchen/events?chef=2", "/kitchen/events?chef=soup"] {
        let refused = client.call("GET", target);
        assert_eq!(refused.json()["type"], "/problems/malformed-query");
    }
}

#[test]
fn orders_are_told_by_their_names_and_cook_by_timers() {
    let folder = Folder::new();
    let program = Program::with(folder.db(), &["--kitchen", "--pace=50ms"]);
    let mut viewer = Viewer::at(program.address, "/kitchen/events");
    viewer.next("snapshot");
    let client = &mut program.client();
    let sandwich = make(client, "BLT").replace("/sandwiches/", "");
    let wish = serde_json::json!({ "sandwich": sandwich }).to_string();
    let placed = client.call_with("POST", "/orders", "application/json", wish.as_bytes());
    let name = format!("order {}", placed.json()["id"].as_str().unwrap());

    let spawned = viewer.note(|note| note["name"] == name.as_str());

    let is_its = |note: &Value| note["task"] == spawned["task"];
    assert!(
        spawned["place"].as_str().unwrap().contains("stoves.rs"),
        "{spawned}"
    );
    let is_timer = |wait: &Value| wait["for"] == "timer";
    viewer.note(|note| {
        is_its(note)
            && note["waits"]
                .as_array()
                .is_some_and(|waits| waits.iter().any(is_timer))
    });
    viewer.note(|note| is_its(note) && note["k"] == "end");
}
