//! The viewer: a page that looks at one chef, and what it is told.
//!
//! First who is there, then, ten times a second, what has happened since. A page that reads slowly is asked for nothing: what it
//! misses meanwhile is thrown away, and it is told how much that was, and once more who is there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toque::sync::{CancellationToken, OwnedSemaphorePermit};
use toque::time::sleep;

use super::board::Board;
use super::note::Clock;
use super::{STALL, Window, figures, snapshot};

/// How often it is told something.
const BEAT: Duration = Duration::from_millis(100);
/// The most notes at once. More is no picture any more, and work for the chef.
const NOTES: usize = 250;
/// How often it is told who is there, at most, after it has missed something.
const SNAPSHOTS: Duration = Duration::from_secs(1);

pub(crate) struct Viewer {
    window: Arc<Window>,
    board: Arc<Board>,
    /// Whose board it is.
    chef: usize,
    /// The number of the first note that it has not seen.
    next: u64,
    /// The version of the stalls that it has seen.
    stalls: Option<u64>,
    /// When it was last told who is there. `None`: never.
    snapshot: Option<Instant>,
    /// Whether it has missed something since.
    has_missed: bool,
    _seat: OwnedSemaphorePermit,
}

impl Viewer {
    pub(super) fn new(
        window: Arc<Window>,
        board: Arc<Board>,
        chef: usize,
        seat: OwnedSemaphorePermit,
    ) -> Viewer {
        Viewer {
            next: board.begin_to_look(),
            window,
            board,
            chef,
            stalls: None,
            snapshot: None,
            has_missed: false,
            _seat: seat,
        }
    }

    /// What it is told next, as server-sent events; `None` once `closing` is cancelled.
    pub(crate) async fn next(&mut self, closing: &CancellationToken) -> Option<String> {
        if self.snapshot.is_none() {
            return Some(self.greeting());
        }
        closing.run_until_cancelled(sleep(BEAT)).await?;
        Some(self.news())
    }

    fn greeting(&mut self) -> String {
        let window = &self.window;
        let hello = json!({
            "run": window.run.to_string(),
            "chef": self.chef,
            "chefs": window.boards.len(),
            "stall": STALL.as_millis() as u64,
        });
        let retry = "retry: 1000\n\n"; // a page comes again after a second
        [retry, &event("hello", &hello), &self.who_is_there()].concat()
    }

    /// From here on it knows all: the notes before are no news.
    fn who_is_there(&mut self) -> String {
        self.next = self.board.next(); // before the tasks: what comes between is told twice, and not missed
        self.snapshot = Some(Instant::now());
        self.has_missed = false;
        let tasks = self.board.runtime().and_then(|runtime| runtime.tasks());
        let clock = Clock::since(self.board.begun);
        let told = snapshot::of(&tasks.unwrap_or_default(), &self.window.guests, &clock);
        event("snapshot", &told)
    }

    fn news(&mut self) -> String {
        let news = self.board.since(self.next, NOTES);
        let clock = Clock::since(self.board.begun);
        self.next = news.next;
        self.has_missed |= news.missed > 0;
        let (stalls, version) = self.window.stalls.since(self.stalls);
        self.stalls = Some(version);
        let notes: Vec<Value> = news.notes.iter().map(|note| note.to_json(&clock)).collect();
        let metrics = self.board.runtime().map(|runtime| runtime.metrics());
        let told = json!({
            "now": clock.now(),
            "missed": news.missed,
            "notes": notes,
            "figures": metrics.map(|metrics| figures::of(&metrics)),
            "stalls": stalls,
        });
        let mut text = event("news", &told);
        if self.has_missed && self.knows_little() {
            text += &self.who_is_there();
        }
        text
    }

    fn knows_little(&self) -> bool {
        self.snapshot.is_none_or(|at| at.elapsed() >= SNAPSHOTS)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.board.end_to_look();
    }
}

/// JSON has no line breaks but within strings, where they are written otherwise.
fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}
