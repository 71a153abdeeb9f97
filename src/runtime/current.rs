//! The current runtime: the one that this thread has entered.
//! Asked by everything that is called without a handle: `spawn`, `sleep`, every operation of a socket.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ptr;
use std::rc::{Rc, Weak};

use super::Core;
use super::handle::Handle;
use crate::executor::here;
use crate::executor::local::Executor;

// All of them without a destructor, so that they are there at any time: a runtime in a thread-local is dropped at the thread's end,
// and what other thread-locals hold may still use it there. Empty, they hold no memory.
thread_local! {
    /// An `Rc` turned raw, or null; read in one instruction by every operation of a socket. Owned, so that a guard that is never dropped
    /// leaks a runtime's memory and leaves no pointer behind that dangles.
    static CURRENT: Cell<*const Core> = const { Cell::new(ptr::null()) };

    /// On another thread, a blocking pool's most of all: the runtime it works for.
    static EMPLOYER: ManuallyDrop<RefCell<Option<Handle>>> = const { ManuallyDrop::new(RefCell::new(None)) };

    /// The runtimes of this thread, entered or not. Numbered, so a list.
    static MADE_HERE: ManuallyDrop<RefCell<Vec<Weak<Core>>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// Notes a new runtime of this thread.
pub(super) fn note(core: &Rc<Core>) {
    MADE_HERE.with(|made| {
        let mut made = made.borrow_mut();
        made.retain(|core| core.strong_count() > 0);
        made.push(Rc::downgrade(core));
    });
}

/// Strikes out a runtime that ends.
pub(super) fn forget(core: &Rc<Core>) {
    MADE_HERE.with(|made| {
        let mut made = made.borrow_mut();
        made.retain(|other| !ptr::eq(other.as_ptr(), Rc::as_ptr(core)));
        if made.is_empty() {
            *made = Vec::new();
        }
    });
}

/// The runtime with this id, if it is one of this thread and has not ended.
pub(super) fn made_here(id: u64) -> Option<Rc<Core>> {
    MADE_HERE.with(|made| {
        let made = made.borrow();
        let mut alive = made.iter().filter_map(Weak::upgrade);
        alive.find(|core| core.executor.home().id() == id)
    })
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
    let executor: *const Executor = core
        .as_ref()
        .map_or(ptr::null(), |core| &raw const core.executor);
    let previous = CURRENT.replace(core.map_or(ptr::null(), Rc::into_raw));
    // SAFETY: `CURRENT` owns the core and so the executor, until the next `exchange`, which replaces the pointer too. Exchanges
    // made while `here::with` runs come in pairs: guards are dropped in the scope they were made in.
    unsafe { here::set(executor) };
    // SAFETY: what is not null was made by `Rc::into_raw`, here, and `CURRENT` has just given its count away.
    (!previous.is_null()).then(|| unsafe { Rc::from_raw(previous) })
}

/// The current runtime, if any.
#[inline]
pub(crate) fn get() -> Option<Rc<Core>> {
    lent().map(|core| Rc::clone(&core))
}

/// The current runtime, if it is the one with this id.
#[inline]
pub(crate) fn get_if(id: u64) -> Option<Rc<Core>> {
    let core = lent()?;
    (core.executor.home().id() == id).then(|| Rc::clone(&core))
}

/// The current runtime as `CURRENT` holds it, and not counted again: for a look, before any other code is run.
#[inline]
fn lent() -> Option<ManuallyDrop<Rc<Core>>> {
    let core = CURRENT.get();
    // SAFETY: what is not null was made by `Rc::into_raw` in `exchange`. Its count is `CURRENT`'s, and so is not given back here.
    (!core.is_null()).then(|| ManuallyDrop::new(unsafe { Rc::from_raw(core) }))
}

/// The current runtime.
///
/// # Panics
/// If there is none.
#[track_caller]
pub(crate) fn expect(caller: &str) -> Rc<Core> {
    match get() {
        Some(core) => core,
        None => missing(caller), // not in a closure, which would not know who has called
    }
}

#[cold]
#[track_caller]
pub(super) fn missing(caller: &str) -> ! {
    assert!(
        employer().is_none(),
        "`{caller}` on a thread that works for a toque runtime without being its own, such as one of the blocking pool: tasks \
         run on the runtime's thread. Spawn them there by `Handle::current().spawn`"
    );
    panic!("`{caller}`: no toque runtime on this thread: call it inside `block_on`")
}

/// This thread works for a runtime of another one, as long as this lives.
pub(crate) struct Employed {
    previous: Option<Handle>,
}

impl Employed {
    pub(super) fn by(handle: Handle) -> Self {
        Self {
            previous: EMPLOYER.with(|employer| employer.replace(Some(handle))),
        }
    }
}

impl Drop for Employed {
    fn drop(&mut self) {
        let previous = self.previous.take();
        let ours = EMPLOYER.with(|employer| employer.replace(previous));
        drop(ours); // after the borrow
    }
}

/// The runtime that this thread works for.
pub(super) fn employer() -> Option<Handle> {
    EMPLOYER.with(|employer| employer.borrow().clone())
}
