//! The WebSocket connections that are open: counted, so that the end of the service can wait for their goodbyes,
//! and that they do not become too many: the server counts them no more.

use std::sync::Arc;

use toque::sync::watch;

/// Counts them.
#[derive(Debug)]
pub(crate) struct Sockets(Arc<watch::Sender<usize>>);

/// One that is open, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Seat(Arc<watch::Sender<usize>>);

impl Default for Sockets {
    fn default() -> Sockets {
        Sockets(Arc::new(watch::channel(0).0))
    }
}

impl Sockets {
    /// One more, if there are fewer than `most`.
    pub(crate) fn take_seat(&self, most: usize) -> Option<Seat> {
        let taken = self.0.send_if_modified(|open| {
            let is_free = *open < most;
            *open += usize::from(is_free);
            is_free
        });
        taken.then(|| Seat(Arc::clone(&self.0)))
    }

    pub(crate) fn open(&self) -> usize {
        *self.0.borrow()
    }

    pub(crate) async fn closed(&self) {
        let _ = self.0.subscribe().wait_for(|open| *open == 0).await; // the sender is here
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}
