//! Inherited values: a context that follows a task to the tasks it spawns, as Node's `AsyncLocalStorage` does.
//! Read by inheritable task-locals; handed on by the executor when it spawns.
//!
//! A context is a list from the innermost scope outwards, with one node for a key at most. Its nodes are shared and never change,
//! so a task inherits by holding on to one node.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::iter::successors;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

thread_local! {
    /// That of the task that is polled. Without a destructor, so that it is there at any time, for futures that are dropped at the
    /// thread's end too. Outside of [`within`] it is empty.
    static CURRENT: ManuallyDrop<RefCell<Inherited>> = const { ManuallyDrop::new(RefCell::new(None)) };

    /// Whether there is one. Most programs have none, and every spawn asks.
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
    CURRENT.with(|current| current.borrow().clone())
}

/// The nodes of a context, from the innermost.
fn nodes(context: &Inherited) -> impl Iterator<Item = &Rc<Node>> {
    successors(context.as_ref(), |node| node.outer.as_ref())
}

/// The current context and one value more.
pub(crate) fn with_value(key: *const (), value: Rc<dyn Any>) -> Inherited {
    let outer = without(&current(), key);
    Some(Rc::new(Node { key, value, outer }))
}

/// The context but for the value of a key: nobody within would see it, and a task that spawns its own successor in a new scope, and
/// so on, would make the list longer and longer.
fn without(context: &Inherited, key: *const ()) -> Inherited {
    let Some(at) = nodes(context).position(|node| node.key == key) else {
        return context.clone();
    };
    let behind = nodes(context).nth(at).and_then(|node| node.outer.clone());
    let before: Vec<_> = nodes(context).take(at).collect();
    before.into_iter().rfold(behind, |outer, node| {
        let (key, value) = (node.key, Rc::clone(&node.value));
        Some(Rc::new(Node { key, value, outer }))
    })
}

/// The value of a key in the current context.
pub(crate) fn value(key: *const ()) -> Option<Rc<dyn Any>> {
    let current = current();
    let node = nodes(&current).find(|node| node.key == key)?;
    Some(Rc::clone(&node.value))
}

/// The current context and this one change places.
pub(crate) fn exchange(context: &mut Inherited) {
    ANY.set(context.is_some());
    CURRENT.with(|current| std::mem::swap(&mut *current.borrow_mut(), context));
}

/// Runs `f` in a context.
pub(crate) fn within<R>(inherited: &Inherited, f: impl FnOnce() -> R) -> R {
    /// Puts back what was there, also on a panic. Then it drops ours, after the borrow.
    struct Restore(Inherited);

    impl Drop for Restore {
        fn drop(&mut self) {
            exchange(&mut self.0);
        }
    }

    let mut context = inherited.clone();
    exchange(&mut context);
    let _restore = Restore(context);
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
