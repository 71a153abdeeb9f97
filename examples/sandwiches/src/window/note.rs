//! The notes: what a chef has done, and how a page is told.

use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toque::runtime::Wait;
use toque::task::Id;
use toque::time;

/// The most things that a task is said to wait for.
const WAITS_SHOWN: usize = 6;

/// Something has happened.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) at: Instant,
    pub(super) task: Id,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// The task is new.
    Spawned {
        name: Option<Box<str>>,
        location: &'static Location<'static>,
    },
    /// The chef has polled it.
    Polled(Poll),
    /// It works for a request from now on.
    Came(Guest),
    /// It has answered it.
    Left,
    /// It is done, and gone.
    Ended,
}

#[derive(Debug, Clone)]
pub(super) struct Poll {
    pub(super) took: Duration,
    /// How many stood in the queue behind it when it began.
    pub(super) behind: usize,
    /// What it waits for now. `None` if it has ended, or stands in the queue again.
    pub(super) waits: Option<Vec<Wait>>,
    /// The call of the store among them, if there is one.
    pub(super) call: Option<&'static str>,
}

/// A request, as it is shown.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    /// Its method and its route.
    pub(super) what: Arc<str>,
    /// Its name in the log.
    pub(super) request: Arc<str>,
}

impl Note {
    /// Times are in microseconds since the window was opened.
    pub(super) fn to_json(&self, clock: &Clock) -> Value {
        let (t, task) = (clock.micros(self.at), number(self.task));
        match &self.what {
            What::Spawned { name, location } => {
                json!({"k": "spawn", "t": t, "task": task, "name": name, "place": location.to_string()})
            }
            What::Polled(poll) => {
                let waits = poll
                    .waits
                    .as_deref()
                    .map(|waits| waits_to_json(waits, clock));
                json!({"k": "poll", "t": t, "task": task, "took": micros(poll.took), "behind": poll.behind,
                    "waits": waits, "call": poll.call})
            }
            What::Came(guest) => {
                json!({"k": "came", "t": t, "task": task, "what": &*guest.what, "request": &*guest.request})
            }
            What::Left => json!({"k": "left", "t": t, "task": task}),
            What::Ended => json!({"k": "end", "t": t, "task": task}),
        }
    }
}

/// Turns moments into microseconds since the window was opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    begun: Instant,
    /// Now, by the system's clock and by the runtime's: deadlines are told by that one.
    now: Instant,
    runtime_now: time::Instant,
}

impl Clock {
    /// The one of this moment.
    pub(super) fn since(begun: Instant) -> Clock {
        Clock {
            begun,
            now: Instant::now(),
            runtime_now: time::Instant::now(),
        }
    }

    pub(super) fn now(&self) -> f64 {
        self.micros(self.now)
    }

    pub(super) fn micros(&self, at: Instant) -> f64 {
        micros(at.saturating_duration_since(self.begun))
    }

    fn deadline(&self, deadline: time::Instant) -> f64 {
        self.now() + micros(deadline.saturating_duration_since(self.runtime_now))
    }
}

/// With a tenth: many polls take less than one.
pub(super) fn micros(duration: Duration) -> f64 {
    (duration.as_nanos() / 100) as f64 / 10.0
}

/// As a page has it: below 2 to the 53rd, which no service reaches.
pub(super) fn number(task: Id) -> Value {
    task.to_string().parse::<u64>().unwrap_or_default().into()
}

/// Each thing by its kind, and in words; a timer by its deadline.
pub(super) fn waits_to_json(waits: &[Wait], clock: &Clock) -> Value {
    let shown = waits.iter().take(WAITS_SHOWN);
    shown.map(|wait| wait_to_json(wait, clock)).collect()
}

fn wait_to_json(wait: &Wait, clock: &Clock) -> Value {
    let kind = match wait {
        Wait::Timer(deadline) => {
            return json!({"for": "timer", "due": clock.deadline(*deadline)});
        }
        Wait::Read(..) | Wait::Write(..) => "socket",
        Wait::Task(..) => "task",
        Wait::Sync(..) => "channel",
        _ => "other",
    };
    json!({"for": kind, "words": wait.to_string()})
}
