//! A child's handle: one end of it, to await its output or to abort it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::children::{ChildKey, Children};
use crate::executor::error::JoinError;
use crate::executor::task::Id;
use crate::future::budget;
use crate::swallow::swallow;

/// Awaits the output of a scope's child. Dropped, it leaves the child running; the scope waits for it all the same.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let dishes = vec!["soup", "bread"];
/// toque::scope(async |s| {
///     let count = s.spawn(async { dishes.len() }); // borrowed
///     assert_eq!(count.await.unwrap(), 2);
/// })
/// .await;
/// # });
/// ```
///
/// # Errors
/// The output is a [`JoinError`] if the child panicked or was aborted.
///
/// # Panics
/// If it is polled again after it was ready.
///
/// # Cancel safety
/// Nothing is lost: `&mut handle` can be awaited again.
pub struct ScopedJoinHandle<'scope, T> {
    slot: Rc<Slot<T>>,
    child: ChildKey,
    children: Rc<Children>,
    /// It is of no use after its scope.
    _scope: PhantomData<&'scope ()>,
}

/// Where a child puts its output.
pub(super) struct Slot<T> {
    id: Id,
    state: RefCell<State<T>>,
    /// Whether there is a handle that may take it.
    awaited: Cell<bool>,
}

enum State<T> {
    /// The child is at work. Whom to wake at its end.
    Running(Option<Waker>),
    /// It is ready.
    Ready(T),
    Panicked(Box<dyn Any + Send>),
    /// It was dropped before it was ready.
    Cancelled,
    /// The handle has had it.
    Taken,
}

/// Makes a future that puts its output into a slot, and the slot.
pub(super) fn link<F: Future>(
    future: F,
    children: &Rc<Children>,
) -> (Linked<F>, Rc<Slot<F::Output>>) {
    let slot = Rc::new(Slot {
        id: Id::next(),
        state: RefCell::new(State::Running(None)),
        awaited: Cell::new(true),
    });
    let linked = Linked {
        future: Some(future),
        slot: Rc::clone(&slot),
        children: Rc::downgrade(children),
    };
    (linked, slot)
}

impl<T> Slot<T> {
    /// The child's end.
    fn put(&self, state: State<T>) {
        let before = self.state.replace(state);
        if let State::Running(Some(waker)) = before {
            waker.wake(); // foreign code, so after the borrow
        }
    }

    /// The child's end, or the panic that was it: that goes to the handle, or to the scope if there is none.
    fn end(&self, children: &Weak<Children>, ended: Result<State<T>, Box<dyn Any + Send>>) {
        match ended {
            Ok(state) => self.put(state),
            Err(payload) if self.awaited.get() => self.put(State::Panicked(payload)),
            Err(payload) => {
                self.put(State::Cancelled);
                match children.upgrade() {
                    Some(children) => children.panicked(payload),
                    None => swallow(Err(payload)),
                }
            }
        }
    }

    fn is_running(&self) -> bool {
        matches!(*self.state.borrow(), State::Running(_))
    }
}

pin_project! {
    pub(super) struct Linked<F: Future> {
        // `None` once it is done.
        #[pin]
        future: Option<F>,
        slot: Rc<Slot<F::Output>>,
        // For a panic that nobody awaits. Weak, since the children own this.
        children: Weak<Children>,
    }

    impl<F: Future> PinnedDrop for Linked<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
            if this.slot.is_running() {
                let ended = dropped.map(|()| State::Cancelled);
                this.slot.end(this.children, ended);
            } else {
                swallow(dropped); // the remains of a panic that was told
            }
        }
    }
}

impl<F: Future> Future for Linked<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        // The future is dropped under the same guard: its destructor may panic too.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let future = this.future.as_mut().as_pin_mut();
            let polled = future
                .expect("a child is polled until it is ready")
                .poll(cx);
            if polled.is_ready() {
                this.future.set(None);
            }
            polled
        }));
        let ended = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(State::Ready(output)),
            Err(payload) => Err(payload),
        };
        this.slot.end(this.children, ended);
        Poll::Ready(())
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    pub(super) fn new(slot: Rc<Slot<T>>, child: ChildKey, children: Rc<Children>) -> Self {
        Self {
            slot,
            child,
            children,
            _scope: PhantomData,
        }
    }

    /// Cancels the child: it is dropped when the scope is polled next, unless it is ready by then.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// toque::scope(async |s| {
    ///     let soup = s.spawn(std::future::pending::<()>());
    ///     soup.abort();
    ///     assert!(soup.await.unwrap_err().is_cancelled());
    /// })
    /// .await;
    /// # });
    /// ```
    pub fn abort(&self) {
        self.children.abort(self.child);
    }

    /// Whether the child has ended, one way or the other.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// toque::scope(async |s| {
    ///     let soup = s.spawn(async {});
    ///     assert!(!soup.is_finished()); // it has not begun
    ///     toque::task::yield_now().await;
    ///     assert!(soup.is_finished());
    /// })
    /// .await;
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        !self.slot.is_running()
    }

    /// The child's id.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// toque::scope(async |s| {
    ///     let (soup, salad) = (s.spawn(async {}), s.spawn(async {}));
    ///     assert_ne!(soup.id(), salad.id());
    /// })
    /// .await;
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.slot.id
    }
}

impl<T> Future for ScopedJoinHandle<'_, T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        std::task::ready!(budget::poll_proceed(cx));
        let id = self.slot.id;
        let mut state = self.slot.state.borrow_mut();
        if let State::Running(waker) = &mut *state {
            let old = waker.replace(cx.waker().clone()); // the child's end owes the wake
            drop(state);
            drop(old); // foreign code, so after the borrow
            return Poll::Pending;
        }
        let ended = std::mem::replace(&mut *state, State::Taken);
        drop(state);
        budget::spend();
        Poll::Ready(match ended {
            State::Ready(output) => Ok(output),
            State::Panicked(payload) => Err(JoinError::panicked_in_scope(id, payload)),
            State::Cancelled => Err(JoinError::cancelled(id)),
            State::Running(_) | State::Taken => {
                panic!("`ScopedJoinHandle` polled after completion")
            }
        })
    }
}

impl<T> Drop for ScopedJoinHandle<'_, T> {
    fn drop(&mut self) {
        self.slot.awaited.set(false);
        if self.slot.is_running() {
            return;
        }
        let unread = self.slot.state.replace(State::Taken);
        if let State::Panicked(payload) = unread {
            self.children.panicked(payload);
        }
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
