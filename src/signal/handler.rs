//! The handler: what runs when the operating system delivers a signal. Put in place by a listener, taken away with it.

use std::io;
use std::sync::Arc;

use rustix::process::getpid;
use signal_hook_registry::{FORBIDDEN, SigId};

use super::bell::Bell;

/// Rings a bell at each signal of a kind, as long as it lives.
#[derive(Debug)]
pub(super) struct Handler(SigId);

impl Handler {
    /// # Errors
    /// `InvalidInput` if there is no such signal, or if it can't be caught.
    pub(super) fn new(signal: i32, bell: Arc<Bell>) -> io::Result<Self> {
        if FORBIDDEN.contains(&signal) {
            return Err(forbidden(signal));
        }
        let owner = getpid();
        let action = move || {
            // In a fork the bell is still the parent's, and the signal is not.
            if getpid() == owner {
                bell.ring();
            }
        };
        // SAFETY: the action makes two system calls, `getpid` and `write`, which POSIX allows in a handler. It neither locks,
        // allocates nor panics, and the registry keeps `errno`. The bell is dropped by whoever unregisters, in no handler.
        let id = unsafe { signal_hook_registry::register(signal, action) }?;
        Ok(Self(id))
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        // When this returns, no thread is in the action any more.
        signal_hook_registry::unregister(self.0);
    }
}

#[cold]
fn forbidden(signal: i32) -> io::Error {
    let text = format!(
        "signal {signal} can't be listened for: a handler must not return from it, or never runs"
    );
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
