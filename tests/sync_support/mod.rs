//! What the tests of the channels have in common: futures polled by hand, values that count their drops, and dice.

#![allow(dead_code)] // each test file uses its part

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::without_provenance;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

/// A future that is polled by hand, and counts its wakes.
pub(crate) struct Polled<F> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
    /// Those of the tasks in which it was polled before.
    left: Vec<Weak<Bell>>,
}

#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl<F: Future> Polled<F> {
    pub(crate) fn new(future: F) -> Self {
        Self {
            future: Box::pin(future),
            bell: Arc::default(),
            left: Vec::new(),
        }
    }

    pub(crate) fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(self.bell.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Polls with another task's waker from now on.
    pub(crate) fn move_to_another_task(&mut self) {
        self.left.push(Arc::downgrade(&self.bell));
        self.bell = Arc::default();
    }

    pub(crate) fn wakes(&self) -> usize {
        self.bell.0.load(Relaxed)
    }

    /// How many wakers the channel keeps of this task, and of those in which it was before.
    pub(crate) fn wakers(&self) -> usize {
        let left: usize = self.left.iter().map(Weak::strong_count).sum();
        left + Arc::strong_count(&self.bell) - 1
    }

    /// Drops the future, and says how many wakers the channel still keeps of this task.
    pub(crate) fn cancel(self) -> usize {
        drop(self.future);
        Arc::strong_count(&self.bell) - 1
    }
}

/// Polls once, and expects that to be enough.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match Polled::new(future).poll() {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future was not ready at once"),
    }
}

/// Counts the values that were dropped.
#[derive(Clone, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn value(&self) -> Counted {
        Counted(self.clone(), false)
    }

    /// A value of which the drop panics, after it was counted.
    pub(crate) fn that_panics(&self) -> Counted {
        Counted(self.clone(), true)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Relaxed)
    }
}

#[derive(Clone)]
pub(crate) struct Counted(Drops, bool);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Relaxed);
        assert!(!self.1, "a drop that panics");
    }
}

/// A waker that panics when it is called.
pub(crate) fn panicking_waker() -> Waker {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }
    Waker::from(Arc::new(Panics))
}

thread_local! {
    /// What the intruders of this thread do, by number. (A waker must be `Send`, and what it does is not.)
    static DEEDS: RefCell<Vec<Rc<dyn Fn()>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what an intruder does, and gives its number.
fn keep(deed: impl Fn() + 'static) -> usize {
    DEEDS.with_borrow_mut(|deeds| {
        deeds.push(Rc::new(deed));
        deeds.len() - 1
    })
}

fn act(number: usize) {
    let deed = DEEDS.try_with(|deeds| deeds.borrow()[number].clone());
    if let Ok(deed) = deed {
        deed();
    }
}

/// A waker that does something whenever it is woken, and when it is dropped.
pub(crate) fn intruder(deed: impl Fn() + 'static) -> Waker {
    struct Intruder(usize);
    impl Wake for Intruder {
        fn wake(self: Arc<Self>) {
            act(self.0);
        }
    }
    impl Drop for Intruder {
        fn drop(&mut self) {
            act(self.0);
        }
    }
    Waker::from(Arc::new(Intruder(keep(deed))))
}

/// A waker that does something whenever it is cloned, and nothing else.
#[allow(unsafe_code)] // std's safe way to a waker leaves its clone to `Arc`
pub(crate) fn cloned_by_an_intruder(deed: impl Fn() + 'static) -> Waker {
    fn clone(number: *const ()) -> RawWaker {
        act(number.addr());
        RawWaker::new(number, &TABLE)
    }
    fn nothing(_: *const ()) {}
    static TABLE: RawWakerVTable = RawWakerVTable::new(clone, nothing, nothing, nothing);
    // SAFETY: the pointer is a number, which is never followed; what it stands for lies in a thread-local.
    unsafe { Waker::from_raw(RawWaker::new(without_provenance(keep(deed)), &TABLE)) }
}

/// Whether the closure panics; its message is not printed.
pub(crate) fn panics(action: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(action)).is_err()
}

/// Dice with a seed, so that a failure can be repeated.
pub(crate) struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
