//! The log of a fault: it can be found by the request's id that the client was told.

mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use support::{Folder, Service};
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
    /// The one line of this level that has this in it.
    #[track_caller]
    fn line(&self, level: &str, words: &str) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(level) && line.contains(words))
            .collect();
        assert_eq!(found.len(), 1, "{words:?} in\n{text}");
        found[0].to_owned()
    }
}

#[test]
fn a_panic_and_a_failed_store_are_told_with_the_id_of_their_request() {
    let paper = Paper::default();
    let log = tracing_subscriber::fmt()
        .with_writer(paper.clone())
        .with_ansi(false);
    log.init(); // for all threads: the service has one of its own
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
