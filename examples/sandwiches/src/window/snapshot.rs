//! The snapshot: how all tasks of a chef stand, for a page that knows nothing yet.

use serde_json::{Value, json};
use toque::runtime::{TaskInfo, TaskState};

use super::guests::Guests;
use super::note::{Clock, micros, number, waits_to_json};

/// The most tasks that a page is shown.
const SHOWN: usize = 400;

/// The newest tasks, and how many there are besides.
pub(super) fn of(tasks: &[TaskInfo], guests: &Guests, clock: &Clock) -> Value {
    let left_out = tasks.len().saturating_sub(SHOWN);
    let shown = tasks[left_out..].iter();
    let shown: Vec<Value> = shown.map(|task| one(task, guests, clock)).collect();
    json!({"now": clock.now(), "tasks": shown, "left_out": left_out})
}

fn one(task: &TaskInfo, guests: &Guests, clock: &Clock) -> Value {
    let (state, waits) = match &task.state {
        TaskState::Ready => ("ready", &[][..]),
        TaskState::Running => ("running", &[][..]),
        TaskState::Waiting(waits) => ("waiting", &waits[..]),
        _ => ("unknown", &[][..]),
    };
    let guest = guests.of(task.id);
    json!({
        "task": number(task.id),
        "name": task.name,
        "place": task.location.to_string(),
        "what": guest.as_ref().map(|guest| &*guest.what),
        "request": guest.as_ref().map(|guest| &*guest.request),
        "state": state,
        "waits": waits_to_json(waits, clock),
        "polls": task.polls,
        "busy": micros(task.busy),
    })
}
