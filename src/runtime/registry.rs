//! The registry: every runtime of the process by its id.
//! Asked by handles that are dropped away from home (a socket, a sleep): they are keys, and hold no pointer to their runtime.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::handle::Shared;
use crate::numbered::Numbered;

static RUNTIMES: Mutex<Numbered<Arc<Shared>>> = Mutex::new(Numbered::new());

/// No step of a user can panic halfway, so a poisoned lock guards a whole map.
fn runtimes() -> MutexGuard<'static, Numbered<Arc<Shared>>> {
    RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An id that no runtime has had.
pub(super) fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1 // only the number counts
}

pub(super) fn insert(id: u64, shared: Arc<Shared>) {
    runtimes().insert(id, shared);
}

pub(super) fn remove(id: u64) {
    let shared = runtimes().remove(id);
    drop(shared); // after the lock
}

pub(super) fn get(id: u64) -> Option<Arc<Shared>> {
    runtimes().get(id).cloned()
}
