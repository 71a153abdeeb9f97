//! The abort slot: what a task shares with its abort handles, if it has any.
//! In front of every task; most tasks never share it, and pay for it with a byte and a swap.

use std::sync::OnceLock;

use crate::shim::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use crate::shim::sync::Arc;

/// A task's end of what it shares with its abort handles.
#[derive(Debug)]
pub(crate) struct AbortSlot {
    /// One of the three below. Goes from `UNSHARED` to `SHARED` or not, then to `FINISHED`. Each change is one atomic step, so
    /// the task's end and the first handle can't miss each other.
    state: AtomicU8,
    /// Filled before the state is `SHARED`.
    shared: OnceLock<Arc<Shared>>,
}

/// No handle yet.
const UNSHARED: u8 = 0;
/// `shared` is filled, and will be told of the end.
const SHARED: u8 = 1;
/// The end has come. Whoever makes a handle now notes it himself.
const FINISHED: u8 = 2;

/// Shared by a task and its abort handles.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Relaxed: who sets it then wakes the task, and the wake carries it.
    aborted: AtomicBool,
    /// Release when it is set, so that whoever sees the end sees all that came before it.
    finished: AtomicBool,
    /// Where the task waits in its executor's table; 0 if that was not known when it was asked for. Used at home.
    place: AtomicU32,
}

impl AbortSlot {
    pub(crate) fn new() -> Self {
        Self {
            state: AtomicU8::new(UNSHARED),
            shared: OnceLock::new(),
        }
    }

    /// What the handles have, made with the first of them, on any thread.
    pub(crate) fn share(&self, place: u32) -> Arc<Shared> {
        let shared = self.shared.get_or_init(|| Arc::new(Shared::new(place)));
        // AcqRel: the task's end sees what is shared; and if the end came first, we see all that came before it.
        let change =
            self.state
                .compare_exchange(UNSHARED, SHARED, Ordering::AcqRel, Ordering::Acquire);
        if change == Err(FINISHED) {
            shared.finish();
        }
        Arc::clone(shared)
    }

    /// Whether the task is to be dropped instead of polled.
    #[inline]
    pub(crate) fn is_aborted(&self) -> bool {
        self.shared
            .get()
            .is_some_and(|shared| shared.aborted.load(Ordering::Relaxed))
    }

    /// The task waits at `place`.
    pub(crate) fn set_place(&self, place: u32) {
        if let Some(shared) = self.shared.get() {
            shared.place.store(place, Ordering::Relaxed);
        }
    }

    /// The task has ended.
    pub(crate) fn finish(&self) {
        // AcqRel: with `share`.
        if self.state.swap(FINISHED, Ordering::AcqRel) == SHARED {
            if let Some(shared) = self.shared.get() {
                shared.finish();
            }
        }
    }
}

impl Shared {
    fn new(place: u32) -> Self {
        Self {
            aborted: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            place: AtomicU32::new(place),
        }
    }

    /// Marks the task. False if it was marked before.
    pub(crate) fn abort(&self) -> bool {
        !self.aborted.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn place(&self) -> u32 {
        self.place.load(Ordering::Relaxed)
    }

    fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire) // with `finish`
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::*;
    use loom::thread;

    /// Once a task has ended, a handle that was made while it ended knows it.
    /// Mutant that fails it: `abort_slot_look_then_set` (`finish` looks at the state, then sets it).
    #[test]
    fn a_handle_made_at_the_end_learns_of_it() {
        loom::model(|| {
            let slot = Arc::new(AbortSlot::new());
            let maker = {
                let slot = slot.clone();
                thread::spawn(move || slot.share(0))
            };
            slot.finish();
            assert!(maker.join().unwrap().is_finished());
        });
    }
}
