//! Cancellation tokens: a word that goes out once, to all who hold a token and to all whose tokens descend from it.
//!
//! A token is a [`flag`] and a place in a [`tree`]. Who waits looks at the flag alone; the tree knows whose flags to raise.

mod flag;
mod guard;
#[cfg(all(test, loom))]
mod loom_models;
mod tree;
mod wait;

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Poll, ready};

pub use guard::{DropGuard, DropGuardRef};
pub use wait::{WaitForCancellationFuture, WaitForCancellationFutureOwned};

use crate::waits::called;
use crate::waker::WakeList;
use flag::{Flag, Wait};
use tree::{Place, Target};

/// Tells tasks that they are to end.
///
/// A clone is the same token. A [child](Self::child_token) is cancelled with its parent, and its parent not with it. Dropping a
/// token cancels nothing: what descends from it then descends from its parent.
///
/// # Example
/// ```
/// use toque::sync::CancellationToken;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let closing_time = CancellationToken::new();
/// let cook = toque::spawn({
///     let closing_time = closing_time.child_token();
///     async move { closing_time.run_until_cancelled(std::future::pending::<()>()).await }
/// });
/// closing_time.cancel();
/// assert_eq!(cook.await.unwrap(), None);
/// # });
/// ```
pub struct CancellationToken {
    inner: Arc<Inner>,
}

/// What all clones of a token share.
struct Inner {
    /// Raised when it is cancelled.
    flag: Arc<Flag>,
    /// Where it is found by those whose cancellation is its own. Empty if it was cancelled from the beginning.
    place: Option<Place>,
    /// What else may cancel it, to be dropped with it.
    sources: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl CancellationToken {
    /// A token without a parent.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// assert!(!token.is_cancelled());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let flag = Arc::new(Flag::new());
        let place = Place::root(Target::Flag(Arc::clone(&flag)));
        Self::at(flag, Some(place))
    }

    fn at(flag: Arc<Flag>, place: Option<Place>) -> Self {
        let sources = OnceLock::new();
        Self {
            inner: Arc::new(Inner {
                flag,
                place,
                sources,
            }),
        }
    }

    /// A token that is cancelled with this one, or before, by itself.
    ///
    /// # Example
    /// ```
    /// let shop = toque::sync::CancellationToken::new();
    /// let (kitchen, bar) = (shop.child_token(), shop.child_token());
    /// kitchen.cancel();
    /// assert!(!bar.is_cancelled());
    /// shop.cancel();
    /// assert!(bar.is_cancelled());
    /// ```
    #[must_use]
    pub fn child_token(&self) -> Self {
        let flag = Arc::new(Flag::new());
        let place = self.branch(Target::Flag(Arc::clone(&flag)));
        if place.is_none() {
            flag.raise(&mut WakeList::new()); // nobody waits yet
        }
        Self::at(flag, place)
    }

    /// A place below this token. None if it is cancelled.
    fn branch(&self, target: Target) -> Option<Place> {
        self.inner.place.as_ref()?.branch(target)
    }

    /// A token that is cancelled with the first of `tokens`, as JavaScript's `AbortSignal.any`; with none of them, only by itself.
    ///
    /// # Example
    /// ```
    /// use toque::sync::CancellationToken;
    ///
    /// let (shop_closes, guest_leaves) = (CancellationToken::new(), CancellationToken::new());
    /// let order = CancellationToken::any([&shop_closes, &guest_leaves]);
    /// guest_leaves.cancel();
    /// assert!(order.is_cancelled());
    /// ```
    #[must_use]
    pub fn any<'a>(tokens: impl IntoIterator<Item = &'a CancellationToken>) -> Self {
        let any = Self::new();
        let mut sources = Vec::new();
        let Some(top) = &any.inner.place else {
            unreachable!("a new token is not cancelled");
        };
        for token in tokens {
            let Some(place) = token.branch(top.target()) else {
                any.cancel();
                break;
            };
            sources.push(place);
        }
        top.keep(sources);
        any
    }

    /// Keeps what may cancel the token for as long as there is the token. To be called once, for a new token.
    pub(crate) fn keep(&self, sources: impl Any + Send + Sync) {
        let kept = self.inner.sources.set(Box::new(sources));
        debug_assert!(kept.is_ok(), "a token keeps one thing only");
    }

    pub(crate) fn downgrade(&self) -> WeakToken {
        WeakToken(Arc::downgrade(&self.inner))
    }

    /// Cancels the token and all that descend from it, and wakes all who wait for that. A second call does nothing.
    ///
    /// When it returns, all of them are cancelled, also if it was another thread's call that did it.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// let (clone, child) = (token.clone(), token.child_token());
    /// token.cancel();
    /// assert!(clone.is_cancelled() && child.is_cancelled());
    /// ```
    pub fn cancel(&self) {
        let mut wakers = WakeList::new();
        let place = self.inner.place.as_ref();
        let mut trees = place.map_or(Vec::new(), |place| place.cancel(&mut wakers));
        // Not by recursion: tokens of `any` can be as deep as trees.
        while let Some(tree) = trees.pop() {
            let more = tree.cancel(&mut wakers);
            trees.extend(more);
        }
        wakers.wake_all(); // nothing is locked here
    }

    /// Whether the token is cancelled. Takes no lock.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// assert!(!token.is_cancelled());
    /// token.cancel();
    /// assert!(token.is_cancelled());
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.inner.flag.is_raised()
    }

    /// Waits until the token is cancelled.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let closing_time = toque::sync::CancellationToken::new();
    /// let cook = toque::spawn({
    ///     let closing_time = closing_time.clone();
    ///     async move {
    ///         closing_time.cancelled().await;
    ///         "cleaned up"
    ///     }
    /// });
    /// closing_time.cancel();
    /// assert_eq!(cook.await.unwrap(), "cleaned up");
    /// # });
    /// ```
    #[track_caller]
    pub fn cancelled(&self) -> WaitForCancellationFuture<'_> {
        WaitForCancellationFuture::new(self)
    }

    /// As [`cancelled`](Self::cancelled), with a future that keeps the token instead of borrowing it.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let closing_time = toque::sync::CancellationToken::new();
    /// let cook = toque::spawn(closing_time.clone().cancelled_owned());
    /// closing_time.cancel();
    /// cook.await.unwrap();
    /// # });
    /// ```
    #[track_caller]
    pub fn cancelled_owned(self) -> WaitForCancellationFutureOwned {
        WaitForCancellationFutureOwned::new(self)
    }

    /// A guard that cancels the token when it is dropped.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// drop(token.clone().drop_guard());
    /// assert!(token.is_cancelled());
    /// ```
    #[must_use = "the token is cancelled when the guard is dropped"]
    pub fn drop_guard(self) -> DropGuard {
        DropGuard::new(self)
    }

    /// As [`drop_guard`](Self::drop_guard), with a guard that borrows the token.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// drop(token.drop_guard_ref());
    /// assert!(token.is_cancelled());
    /// ```
    #[must_use = "the token is cancelled when the guard is dropped"]
    pub fn drop_guard_ref(&self) -> DropGuardRef<'_> {
        DropGuardRef::new(self)
    }

    /// Awaits `future` until the token is cancelled. `None` if that comes first; `future` is dropped then.
    ///
    /// If both come at once, the output of `future` is given. A token that is cancelled already does not let it begin.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let token = toque::sync::CancellationToken::new();
    /// assert_eq!(token.run_until_cancelled(async { "soup" }).await, Some("soup"));
    /// token.cancel();
    /// assert_eq!(token.run_until_cancelled(async { "soup" }).await, None);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// That of `future`: it is dropped with this one.
    #[track_caller]
    pub fn run_until_cancelled<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> {
        called(
            || "CancellationToken::run_until_cancelled",
            self.run_unnamed(future),
        )
    }

    async fn run_unnamed<F: Future>(&self, future: F) -> Option<F::Output> {
        if self.is_cancelled() {
            return None;
        }
        let mut future = pin!(future);
        let mut wait = Wait::new(&*self.inner.flag);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            // Without a look at the budget: a future that spends all of it must not keep the end from being seen.
            ready!(wait.poll(cx));
            Poll::Ready(None)
        })
        .await
    }

    /// As [`run_until_cancelled`](Self::run_until_cancelled), for a future that lives longer than the caller's token.
    ///
    /// # Cancel safety
    /// That of `future`: it is dropped with this one.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let closing_time = toque::sync::CancellationToken::new();
    /// let cooking = std::future::pending::<()>();
    /// let cook = toque::spawn(closing_time.clone().run_until_cancelled_owned(cooking));
    /// closing_time.cancel();
    /// assert_eq!(cook.await.unwrap(), None);
    /// # });
    /// ```
    #[track_caller]
    pub fn run_until_cancelled_owned<F: Future>(
        self,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> {
        called(
            || "CancellationToken::run_until_cancelled_owned",
            async move { self.run_unnamed(future).await },
        )
    }
}

/// A token, as far as there still is one.
pub(crate) struct WeakToken(Weak<Inner>);

impl WeakToken {
    pub(crate) fn upgrade(&self) -> Option<CancellationToken> {
        let inner = self.0.upgrade()?;
        Some(CancellationToken { inner })
    }
}

impl Clone for CancellationToken {
    /// The same token.
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl Default for CancellationToken {
    fn default() -> Self {
        Self::new()
    }
}

/// Equal are clones of one token.
impl PartialEq for CancellationToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for CancellationToken {}

impl Hash for CancellationToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.inner).hash(state);
    }
}

/// A panic leaves flag and tree as whole as a return does.
impl UnwindSafe for CancellationToken {}
impl RefUnwindSafe for CancellationToken {}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
