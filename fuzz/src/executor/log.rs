//! The log: what futures and outputs tell of themselves, on whatever thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

#[derive(Debug, Default)]
pub(super) struct Log {
    /// Futures that were dropped on another thread.
    pub(super) dropped_abroad: Mutex<Vec<usize>>,
    outputs: AtomicUsize,
    outputs_dropped: AtomicUsize,
    /// The first check that failed. Kept, since a panic in a task or a destructor is caught by the runtime.
    broken: Mutex<Option<String>>,
}

impl Log {
    #[track_caller]
    pub(super) fn fail(&self, what: String) -> ! {
        self.broken.lock().unwrap().get_or_insert(what.clone());
        panic!("{what}");
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.lock().unwrap().is_some()
    }

    /// Every check has held, and every output was dropped once.
    pub(super) fn check(&self) {
        assert_eq!(*self.broken.lock().unwrap(), None);
        let [made, dropped] =
            [&self.outputs, &self.outputs_dropped].map(|count| count.load(Ordering::SeqCst));
        assert_eq!(made, dropped, "outputs made, and dropped");
    }
}

/// A task's output: its number.
#[derive(Debug)]
pub(super) struct Output(pub(super) usize, Arc<Log>);

impl Output {
    pub(super) fn new(number: usize, log: &Arc<Log>) -> Self {
        log.outputs.fetch_add(1, Ordering::SeqCst);
        Self(number, Arc::clone(log))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.1.outputs_dropped.fetch_add(1, Ordering::SeqCst);
    }
}
