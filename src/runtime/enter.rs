//! Entering a runtime without running it.

use std::fmt;
use std::marker::PhantomData;

use super::current::{Employed, Entered};

/// The runtime is the current one as long as this lives. Made by [`Runtime::enter`](super::Runtime::enter) and
/// [`Handle::enter`](super::Handle::enter).
///
/// Guards are dropped in the opposite order of their making.
#[must_use = "dropped at once, the guard leaves the runtime at once"]
pub struct EnterGuard<'a> {
    _context: Context,
    /// It borrows what it was made of, and stays on its thread.
    _borrow: PhantomData<(&'a (), *const ())>,
}

/// What was entered, to be left when it is dropped.
#[expect(dead_code, reason = "held to be dropped")]
pub(super) enum Context {
    /// The runtime, on its own thread.
    Home(Entered),
    /// Its handle, on any other.
    Abroad(Employed),
}

impl EnterGuard<'_> {
    pub(super) fn new(entered: Entered) -> Self {
        Self::with(Context::Home(entered))
    }

    pub(super) fn with(context: Context) -> Self {
        Self {
            _context: context,
            _borrow: PhantomData,
        }
    }
}

impl fmt::Debug for EnterGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnterGuard")
    }
}
