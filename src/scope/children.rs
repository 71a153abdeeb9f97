//! The children: the futures of a scope, and which of them were woken.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use slotmap::{SlotMap, new_key_type};

use crate::future::budget;
use crate::shim::sync::{Arc, Mutex};
use crate::swallow::swallow;
use crate::waker::{Latch, Ring, waker};

new_key_type! {
    /// Names a child. Stale once it has ended.
    pub(super) struct ChildKey;
}

/// A child's own future, which hands its output over before it is ready. Its real lifetime is the scope's.
type ChildFuture = Pin<Box<dyn Future<Output = ()>>>;

pub(super) struct Children {
    /// Those that have not ended.
    alive: RefCell<SlotMap<ChildKey, Child>>,
    /// Those that were woken, and who is to be told. Shared with wakers, on any thread.
    woken: Arc<Woken>,
    /// A panic that no handle is there for.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    /// Set at the end: who is spawned from then on is dropped at once.
    ended: Cell<bool>,
}

struct Child {
    /// `None` while it is polled.
    future: Option<ChildFuture>,
    bell: Arc<Bell>,
    /// Made once, not for each poll.
    waker: Waker,
    /// It is to be dropped instead of polled.
    aborted: bool,
}

/// What `poll_next` has done.
pub(super) enum Ended {
    /// Polled one.
    One,
    /// There was nobody to poll, or no budget left for it.
    NoneWoken,
    /// A child had panicked, and nobody has its handle.
    Panicked(Box<dyn Any + Send>),
}

struct Woken(Mutex<WokenList>);

#[derive(Default)]
struct WokenList {
    /// First woken, first polled. A child whose turn has not come when the budget ends is the first of the next poll.
    queue: VecDeque<ChildKey>,
    /// Who polls the scope.
    parent: Option<Waker>,
}

impl Woken {
    fn wake_parent(&self) {
        let parent = self.0.lock().parent.take();
        if let Some(parent) = parent {
            parent.wake(); // foreign code, so after the lock
        }
    }
}

/// A child's bell.
struct Bell {
    key: ChildKey,
    /// It is in the queue already.
    rung: Latch,
    woken: Arc<Woken>,
}

impl Ring for Bell {
    fn ring(&self) {
        if self.rung.set() {
            self.woken.0.lock().queue.push_back(self.key);
            self.woken.wake_parent();
        }
    }
}

impl Children {
    pub(super) fn new() -> Self {
        Self {
            alive: RefCell::default(),
            woken: Arc::new(Woken(Mutex::new(WokenList::default()))),
            panic: Cell::new(None),
            ended: Cell::new(false),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.alive.borrow().len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.alive.borrow().is_empty()
    }

    /// Whoever polls the scope now is to be woken.
    pub(super) fn note_parent(&self, cx: &Context<'_>) {
        let known = |parent: &Waker| parent.will_wake(cx.waker());
        if self.woken.0.lock().parent.as_ref().is_some_and(known) {
            return;
        }
        let parent = cx.waker().clone(); // foreign code, so outside of the lock
        let old = self.woken.0.lock().parent.replace(parent);
        drop(old); // the same
    }

    /// A new child, to be polled with the next poll of the scope.
    pub(super) fn insert(&self, future: ChildFuture) -> ChildKey {
        if self.ended.get() {
            drop(future);
            return ChildKey::default();
        }
        let key = self.alive.borrow_mut().insert_with_key(|key| {
            let bell = Arc::new(Bell {
                key,
                rung: Latch::new(),
                woken: Arc::clone(&self.woken),
            });
            Child {
                future: Some(future),
                waker: waker(Arc::clone(&bell)),
                bell,
                aborted: false,
            }
        });
        self.wake(key);
        key
    }

    fn wake(&self, key: ChildKey) {
        let bell = self
            .alive
            .borrow()
            .get(key)
            .map(|child| Arc::clone(&child.bell));
        if let Some(bell) = bell {
            bell.ring();
        }
    }

    /// Has a child dropped instead of polled.
    pub(super) fn abort(&self, key: ChildKey) {
        if let Some(child) = self.alive.borrow_mut().get_mut(key) {
            child.aborted = true;
        }
        self.wake(key);
    }

    /// Polls the child that was woken first, if the budget allows.
    pub(super) fn poll_next(&self) -> Ended {
        if let Some(payload) = self.panic.take() {
            return Ended::Panicked(payload);
        }
        if !budget::is_left() {
            // Those who wait now come first next time, so that nobody's appetite keeps another from the table.
            if !self.woken.0.lock().queue.is_empty() {
                self.woken.wake_parent();
            }
            return Ended::NoneWoken;
        }
        let Some(key) = self.woken.0.lock().queue.pop_front() else {
            return Ended::NoneWoken;
        };
        self.poll(key);
        Ended::One
    }

    fn poll(&self, key: ChildKey) {
        let Some((mut future, waker)) = self.take(key) else {
            return;
        };
        // It catches its own panics.
        if future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending
            && self.put_back(key, &mut Some(future)).is_none()
        {
            return;
        }
        self.remove(key);
    }

    /// Takes a child's future out to be polled: meanwhile others may be spawned. One that was aborted ends here.
    fn take(&self, key: ChildKey) -> Option<(ChildFuture, Waker)> {
        let mut alive = self.alive.borrow_mut();
        let child = alive.get_mut(key)?;
        child.bell.rung.reset(); // before the poll, or a wake during it is lost
        if child.aborted {
            let child = alive.remove(key);
            drop(alive);
            drop(child); // foreign code, so after the borrow
            return None;
        }
        Some((child.future.take()?, child.waker.clone()))
    }

    /// Puts a pending future back; `Some` if it was aborted meanwhile, or the end has come.
    fn put_back(&self, key: ChildKey, future: &mut Option<ChildFuture>) -> Option<()> {
        let mut alive = self.alive.borrow_mut();
        match alive.get_mut(key) {
            Some(child) if !child.aborted => {
                child.future = future.take();
                None
            }
            _ => Some(()),
        }
    }

    fn remove(&self, key: ChildKey) {
        let child = self.alive.borrow_mut().remove(key);
        drop(child); // after the borrow
    }

    /// A child has panicked, and nobody has its handle. The scope's poll, or its end, within which this happens, looks before it returns.
    pub(super) fn panicked(&self, payload: Box<dyn Any + Send>) {
        // The first one counts, as with any panic.
        match self.panic.take() {
            None => self.panic.set(Some(payload)),
            first => {
                self.panic.set(first);
                swallow(Err(payload));
            }
        }
    }

    /// Drops all children. Their destructors may spawn, in vain, or panic: the first panic is given back.
    pub(super) fn end(&self) -> Option<Box<dyn Any + Send>> {
        self.ended.set(true);
        // Nobody is woken from here on, and a child's waker that is kept somewhere keeps it no longer.
        let parent = self.woken.0.lock().parent.take();
        let children = std::mem::take(&mut *self.alive.borrow_mut());
        for (_, child) in children {
            // Nothing may unwind out of this loop: a child left over would be dropped with the scope, which it may refer to.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(child))) {
                self.panicked(payload);
            }
        }
        drop(parent); // foreign code, so after all of them
        self.panic.take()
    }
}

impl fmt::Debug for Children {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Children")
            .field("alive", &self.len())
            .finish_non_exhaustive()
    }
}
