//! Scopes: tasks that may borrow from whoever awaits them.
//! Used where `spawn` asks for `'static`; needs no runtime but what the children await.
//!
//! The children are not tasks of the executor. They are stored in the scope's own future and polled by it, each with a waker of
//! its own, so that a wake polls one child and not all. That is why it is sound, and why no thread has to block for it: whoever
//! drops the scope's future drops the children with it, and whoever leaks it leaks them, unpolled. What a child borrows outlives
//! the scope's future, and so the child.
//!
//! The price: the children run only while the scope is awaited, and all of them are one task to the executor.

mod children;
mod handle;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::marker::PhantomData;
use std::mem;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use children::{Children, Ended};
pub use handle::ScopedJoinHandle;

use crate::swallow::swallow;

/// Runs `body`, which may spawn children that borrow from outside of the scope, and waits for all of them.
///
/// The scope is ready when `body` and every child is, with what `body` returned. The children end with the scope, whatever way it
/// ends: dropped in the middle, it drops them first.
///
/// A child's panic goes to its [`ScopedJoinHandle`]. If that was dropped, the scope's other children are dropped and the panic
/// goes on in whoever awaits the scope.
///
/// Other than a task, the scope's children run only while it is awaited.
///
/// # Cancel safety
/// Dropped, it drops `body` and the children; what they had done is done.
///
/// # Example
/// ```
/// use toque::time::{Duration, sleep};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let dishes = vec!["soup", "bread"];
/// let letters = toque::scope(async |s| {
///     let mut tasks = Vec::new();
///     for dish in &dishes {
///         tasks.push(s.spawn(async move {
///             sleep(Duration::from_millis(1)).await;
///             dish.len() // borrowed, not owned
///         }));
///     }
///     let mut letters = 0;
///     for task in tasks {
///         letters += task.await.unwrap();
///     }
///     letters
/// })
/// .await;
/// assert_eq!(letters, 9);
/// # });
/// ```
///
/// What does not live as long as the scope can't be borrowed:
/// ```compile_fail
/// # toque::Runtime::new().unwrap().block_on(async {
/// toque::scope(async |s| {
///     let dish = String::from("soup");
///     s.spawn(async { dish.len() }); // `dish` ends with the body, the child may not
/// })
/// .await;
/// # });
/// ```
pub async fn scope<'env, R, F>(body: F) -> R
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env, R>) -> R,
{
    let scope = Scope::new();
    // Declared after the scope and so dropped before it: children may refer to it in their destructors.
    let _end = EndChildren(&scope.children);
    let mut body = pin!(body(&scope));
    let mut output = None;
    poll_fn(|cx| scope.poll(body.as_mut(), &mut output, cx)).await
}

/// Spawns children that borrow. Made by [`scope()`].
///
/// `'scope` is as long as the scope lives, `'env` is what surrounds it.
///
/// # Example
/// ```
/// use toque::{Scope, ScopedJoinHandle};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// fn cook<'scope, R>(
///     kitchen: &'scope Scope<'scope, '_, R>,
///     dish: &'scope str,
/// ) -> ScopedJoinHandle<'scope, usize> {
///     kitchen.spawn(async move { dish.len() })
/// }
///
/// let soup = String::from("soup");
/// let soup = soup.as_str();
/// let letters = toque::scope(async |kitchen| cook(kitchen, soup).await.unwrap()).await;
/// assert_eq!(letters, 4);
/// # });
/// ```
pub struct Scope<'scope, 'env: 'scope, R> {
    /// Those that have not ended. Shared with their handles.
    children: Rc<Children>,
    /// What the scope is to end with, before its time.
    verdict: RefCell<Option<R>>,
    /// Invariant in both: a child may neither shrink nor stretch what it borrows.
    _scope: PhantomData<Cell<&'scope mut &'scope ()>>,
    _env: PhantomData<Cell<&'env mut &'env ()>>,
}

impl<'scope, R> Scope<'scope, '_, R> {
    fn new() -> Self {
        Self {
            children: Rc::new(Children::new()),
            verdict: RefCell::new(None),
            _scope: PhantomData,
            _env: PhantomData,
        }
    }

    /// Spawns a child. It is polled for the first time when the scope is polled next.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let dishes = vec!["soup", "salad"];
    /// let letters = toque::scope(async |s| {
    ///     let soup = s.spawn(async { dishes[0].len() }); // borrowed
    ///     let salad = s.spawn(async { dishes[1].len() });
    ///     soup.await.unwrap() + salad.await.unwrap()
    /// });
    /// assert_eq!(letters.await, 9);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(&'scope self, future: F) -> ScopedJoinHandle<'scope, F::Output>
    where
        F: Future + 'scope,
        F::Output: 'scope,
    {
        let (future, slot) = handle::link(future, &self.children);
        let future: Pin<Box<dyn Future<Output = ()> + 'scope>> = Box::pin(future);
        // SAFETY: only the lifetime changes. The child is dropped by `EndChildren` at the latest, which is part of the scope's
        // future; all that lives for 'scope outlives that, since 'scope contains the borrow of the scope itself. If the future
        // is leaked, the child is leaked with it, and never polled again: only `Scope::poll` does so.
        let future = unsafe {
            mem::transmute::<
                Pin<Box<dyn Future<Output = ()> + 'scope>>,
                Pin<Box<dyn Future<Output = ()> + 'static>>,
            >(future)
        };
        let child = self.children.insert(future);
        ScopedJoinHandle::new(slot, child, Rc::clone(&self.children))
    }

    /// Ends the scope at once with `value`: `body` and all children are dropped. Never returns.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let first = toque::scope(async |s| {
    ///     s.spawn(async move { s.terminate("a child's verdict").await });
    ///     std::future::pending().await
    /// })
    /// .await;
    /// assert_eq!(first, "a child's verdict");
    /// # });
    /// ```
    pub async fn terminate(&self, value: R) -> ! {
        let before = self.verdict.take();
        self.verdict.replace(Some(before.unwrap_or(value))); // the first one counts
        pending().await // polled within the scope's own poll, which looks before it returns
    }

    /// Polls the body and whichever children were woken.
    fn poll(
        &self,
        body: Pin<&mut impl Future<Output = R>>,
        output: &mut Option<R>,
        cx: &mut Context<'_>,
    ) -> Poll<R> {
        self.children.note_parent(cx);
        if output.is_none() {
            // As a child might, the body sees all that was woken before.
            if let Poll::Ready(value) = body.poll(cx) {
                *output = Some(value);
            }
        }
        while self.verdict.borrow().is_none() {
            match self.children.poll_next() {
                Ended::Panicked(payload) => self.panic(payload),
                Ended::One => {}
                Ended::NoneWoken => break,
            }
        }
        if let Some(value) = self.verdict.take() {
            return Poll::Ready(value);
        }
        match output.take_if(|_| self.children.is_empty()) {
            Some(value) => Poll::Ready(value),
            None => Poll::Pending, // the body, or the children, owe the wake
        }
    }

    fn panic(&self, payload: Box<dyn Any + Send>) -> ! {
        if let Some(second) = self.children.end() {
            swallow(Err(second));
        }
        resume_unwind(payload)
    }
}

impl<'scope, T, E> Scope<'scope, '_, Result<T, E>> {
    /// Spawns a child whose error ends the scope at once, as by [`terminate`](Self::terminate): its siblings are dropped, and the
    /// scope returns the error.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let result: Result<(), &str> = toque::scope(async |s| {
    ///     s.try_spawn(std::future::pending::<Result<(), _>>());
    ///     s.try_spawn(async { Err::<(), _>("no bread left") });
    ///     Ok(())
    /// })
    /// .await;
    /// assert_eq!(result, Err("no bread left"));
    /// # });
    /// ```
    #[track_caller]
    pub fn try_spawn<U, F>(&'scope self, future: F) -> ScopedJoinHandle<'scope, U>
    where
        F: Future<Output = Result<U, E>> + 'scope,
        U: 'scope,
    {
        self.spawn(async move {
            match future.await {
                Ok(value) => value,
                Err(error) => self.terminate(Err(error)).await,
            }
        })
    }
}

impl<R> fmt::Debug for Scope<'_, '_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("children", &self.children.len())
            .finish_non_exhaustive()
    }
}

/// Drops the children at the end of the scope, whatever end that is.
struct EndChildren<'a>(&'a Children);

impl Drop for EndChildren<'_> {
    fn drop(&mut self) {
        match self.0.end() {
            Some(payload) if !std::thread::panicking() => resume_unwind(payload),
            Some(payload) => swallow(Err(payload)),
            None => {}
        }
    }
}

#[cfg(all(test, loom))]
mod loom_models;
