//! The guests: which request each task works for, so that a task has a name that says something.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use toque::task::Id;

use super::note::{Guest, What};
use super::{Window, here};

/// By task. As many as there are requests at work, which the crowd's layer bounds, and pages that look.
#[derive(Debug, Default)]
pub(super) struct Guests(Mutex<HashMap<Id, Guest>>);

impl Guests {
    pub(super) fn of(&self, task: Id) -> Option<Guest> {
        self.lock().get(&task).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Guest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task works for a request, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Seat {
    window: Arc<Window>,
    task: Id,
}

impl Seat {
    pub(super) fn take(window: &Arc<Window>, task: Id, what: String, request: Arc<str>) -> Seat {
        let what = what.into();
        let guest = Guest { what, request };
        window.guests.lock().insert(task, guest.clone());
        here(|chef| chef.note(task, What::Came(guest)));
        let window = Arc::clone(window);
        Seat { window, task }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.window.guests.lock().remove(&self.task);
        here(|chef| chef.note(self.task, What::Left));
    }
}
