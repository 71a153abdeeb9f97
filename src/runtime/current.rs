//! The current runtime: the one that this thread has entered.
//! Asked by everything that is called without a handle: `spawn`, `sleep`, every operation of a socket.

use std::cell::RefCell;
use std::ptr;
use std::rc::Rc;

use super::Core;
use super::handle::Handle;
use crate::executor::here;
use crate::executor::local::Executor;

thread_local! {
    /// Owned, so that a guard that is never dropped leaks a runtime's memory and leaves no pointer behind that dangles.
    static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };

    /// On a thread of a blocking pool: the runtime it works for.
    static EMPLOYER: RefCell<Option<Handle>> = const { RefCell::new(None) };
}

/// Leaves the runtime when it is dropped, and is back in the one before.
pub(crate) struct Entered {
    previous: Option<Rc<Core>>,
}

/// Enters a runtime: from here on it is the current one.
pub(crate) fn enter(core: &Rc<Core>) -> Entered {
    Entered {
        previous: exchange(Some(Rc::clone(core))),
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        drop(exchange(self.previous.take()));
    }
}

/// Makes `core` the current one, and gives back what was.
fn exchange(core: Option<Rc<Core>>) -> Option<Rc<Core>> {
    let executor: *const Executor = core.as_ref().map_or(ptr::null(), |core| &raw const core.executor);
    let previous = CURRENT.with(|current| current.replace(core));
    // SAFETY: `CURRENT` owns the core and so the executor, until the next `exchange`, which replaces the pointer too. Exchanges
    // made while `here::with` runs come in pairs: guards are dropped in the scope they were made in.
    unsafe { here::set(executor) };
    previous
}

/// The current runtime, if any.
#[inline]
pub(crate) fn get() -> Option<Rc<Core>> {
    // The thread's locals may be gone: a thread that ends is in no runtime.
    CURRENT
        .try_with(|current| current.borrow().clone())
        .ok()
        .flatten()
}

/// The current runtime, if it is the one with this id.
#[inline]
pub(crate) fn get_if(id: u64) -> Option<Rc<Core>> {
    get().filter(|core| core.executor.home().id() == id)
}

/// The current runtime.
///
/// # Panics
/// If there is none.
#[track_caller]
pub(crate) fn expect(caller: &str) -> Rc<Core> {
    get().unwrap_or_else(|| missing(caller))
}

#[cold]
#[track_caller]
pub(super) fn missing(caller: &str) -> ! {
    assert!(
        employer().is_none(),
        "`{caller}` on a thread of the blocking pool: tasks run on the runtime's own thread. Spawn them there by \
         `Handle::current().spawn`"
    );
    panic!("`{caller}`: no toque runtime on this thread: call it inside `block_on`")
}

/// Tells a thread of the blocking pool whom it works for.
pub(super) fn set_employer(handle: Option<Handle>) {
    EMPLOYER.with(|employer| employer.replace(handle));
}

/// The runtime that a thread of the blocking pool works for.
pub(super) fn employer() -> Option<Handle> {
    EMPLOYER
        .try_with(|employer| employer.borrow().clone())
        .ok()
        .flatten()
}
