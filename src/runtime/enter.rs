//! Entering a runtime without running it.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use super::current::{Employed, Entered};

/// The runtime is the current one as long as this lives. Made by [`Runtime::enter`](super::Runtime::enter) and
/// [`Handle::enter`](super::Handle::enter).
///
/// Guards are dropped in the reverse order of their making.
///
/// # Example
/// ```
/// let runtime = toque::Runtime::new()?;
/// let guard = runtime.enter();
/// let task = toque::spawn(async { 42 }); // outside of `block_on`
/// drop(guard);
/// assert_eq!(runtime.block_on(task).unwrap(), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// If it is dropped out of that order.
#[must_use = "dropped at once, the guard leaves the runtime at once"]
pub struct EnterGuard<'a> {
    _context: Context,
    /// Its number among the guards of this thread.
    depth: usize,
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

thread_local! {
    /// How many guards this thread has.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

impl EnterGuard<'_> {
    pub(super) fn new(entered: Entered) -> Self {
        Self::with(Context::Home(entered))
    }

    pub(super) fn with(context: Context) -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self {
            _context: context,
            depth: DEPTH.get(),
            _borrow: PhantomData,
        }
    }
}

impl Drop for EnterGuard<'_> {
    #[track_caller]
    fn drop(&mut self) {
        let depth = DEPTH.replace(DEPTH.get() - 1);
        // Out of order, the wrong runtime would be the current one from here on.
        assert!(
            depth == self.depth || std::thread::panicking(),
            "`EnterGuard` values dropped out of order: drop them in the reverse order of their making"
        );
    }
}

impl fmt::Debug for EnterGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnterGuard")
    }
}
