//! Inherited values: a context that follows a task to the tasks it spawns, as Node's `AsyncLocalStorage` does.
//! Read by inheritable task-locals; handed on by the executor when it spawns.
//!
//! A context is a list from the innermost scope outwards. Its nodes are shared and never change, so a task inherits by holding
//! on to one node.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

thread_local! {
    /// That of the task that is polled.
    static CURRENT: RefCell<Inherited> = const { RefCell::new(None) };

    /// Whether there is one. Most programs have none, and every spawn asks: this one needs no destructor, and so no check for it.
    static ANY: Cell<bool> = const { Cell::new(false) };
}

/// A context; `None` is empty.
pub(crate) type Inherited = Option<Rc<Node>>;

/// One value of a context.
pub(crate) struct Node {
    /// Whose value: the address of its key.
    key: *const (),
    value: Rc<dyn Any>,
    /// What was there before.
    outer: Inherited,
}

/// The current context.
#[inline]
pub(crate) fn current() -> Inherited {
    if ANY.get() { clone_of_current() } else { None }
}

#[cold]
fn clone_of_current() -> Inherited {
    CURRENT
        .try_with(|current| current.borrow().clone())
        .ok()
        .flatten()
}

/// The current context and one value more.
pub(crate) fn with_value(key: *const (), value: Rc<dyn Any>) -> Inherited {
    let outer = current();
    Some(Rc::new(Node { key, value, outer }))
}

/// The value of a key in the current context.
pub(crate) fn value(key: *const ()) -> Option<Rc<dyn Any>> {
    let current = current();
    let mut node = current.as_ref();
    while let Some(this) = node {
        if std::ptr::eq(this.key, key) {
            return Some(Rc::clone(&this.value));
        }
        node = this.outer.as_ref();
    }
    None
}

/// Runs `f` in a context.
pub(crate) fn within<R>(inherited: &Inherited, f: impl FnOnce() -> R) -> R {
    /// Puts back what was there, also on a panic.
    struct Restore(Inherited);

    impl Drop for Restore {
        fn drop(&mut self) {
            ANY.set(self.0.is_some());
            let ours = CURRENT.try_with(|current| current.replace(self.0.take()));
            drop(ours); // after the borrow
        }
    }

    let _restore = Restore(CURRENT.replace(inherited.clone()));
    ANY.set(inherited.is_some());
    f()
}

pin_project! {
    /// A future that is polled, and dropped, in a context.
    pub(crate) struct InContext<F> {
        inherited: Inherited,
        // `None` once it is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            within(this.inherited, || this.future.set(None));
        }
    }
}

impl<F> InContext<F> {
    pub(crate) fn new(inherited: Inherited, future: F) -> Self {
        Self {
            inherited,
            future: Some(future),
        }
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut();
        let future = future.expect("there until it is dropped");
        within(this.inherited, || future.poll(cx))
    }
}
