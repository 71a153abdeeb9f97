//! The task: a future on the heap, with what its runtime must know of it in front.
//! Its memory and its states are [`async_task`]'s; what is here is the way to the queue and the guard around the future.

use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::error::JoinError;
use super::extras::{Extras, Shared};
use super::here;
use super::home::{Home, Message};
use super::shield;
use super::table::Place;
use crate::shim::{atomic, sync};
use crate::swallow::in_peace;

/// A task that is to be polled. It is run, never dropped: so every task ends with an outcome.
pub(crate) type Runnable = async_task::Runnable<Meta>;

/// What a task's memory holds in its end: the output, or why there is none.
pub(crate) type Outcome<T> = Result<T, JoinError>;

/// Names a task: unique in the process, counted up from 1.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (one, two) = (toque::spawn(async {}), toque::spawn(async {}));
/// assert_ne!(one.id(), two.id());
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(NonZeroU64);

impl Id {
    /// The next number.
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        // Relaxed: only the number counts. At one a nanosecond they last for 584 years.
        let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        Self(NonZeroU64::new(id).expect("2^64 tasks were spawned"))
    }

    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}

/// Where a task comes from: what a person looks for.
pub(crate) struct Origin {
    /// What it is called, if anything.
    pub(crate) name: Option<Box<str>>,
    pub(crate) location: &'static Location<'static>,
}

impl Origin {
    /// Of a task without a name, spawned by whoever calls.
    #[track_caller]
    #[inline]
    pub(crate) fn caller() -> Self {
        Self::named(None::<&str>)
    }

    /// Of a task with this name, if any.
    #[track_caller]
    #[inline]
    pub(crate) fn named(name: Option<impl Into<Box<str>>>) -> Self {
        Self {
            name: name.map(Into::into),
            location: Location::caller(),
        }
    }
}

/// What a task knows of itself. In front of the future, readable from any thread that holds the task.
pub(crate) struct Meta {
    /// The way back. Here and not captured by the schedule function: async-task would pay for a captured value with a clone
    /// of the task on every wake.
    home: Arc<Home>,
    id: Id,
    /// The task's [`Place`] in the table of those who wait; 0 before it has waited. Written and used at home, so Relaxed.
    place: atomic::AtomicU32,
    /// Whether its executor counts it: not before it has arrived there, and never if it is a blocking job. Written before the
    /// task is shared, or at home, and used at home, so Relaxed.
    counted: AtomicBool,
    /// Its name, what it has inherited, and what abort handles share with it, if there are any.
    extras: Extras,
    /// Where it was spawned.
    location: &'static Location<'static>,
}

impl Meta {
    /// `context` is where its executor keeps what it has inherited.
    pub(crate) fn new(home: Arc<Home>, origin: Origin, context: Option<Place>) -> Self {
        Self {
            home,
            id: Id::next(),
            place: atomic::AtomicU32::new(0),
            counted: AtomicBool::new(false),
            extras: Extras::new(origin.name, context),
            location: origin.location,
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.extras.name()
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    pub(crate) fn home(&self) -> &Arc<Home> {
        &self.home
    }

    /// Where the task waits, if it has waited yet.
    #[inline]
    pub(super) fn place(&self) -> Option<Place> {
        Place::new(self.place.load(Ordering::Relaxed))
    }

    pub(super) fn set_place(&self, place: Place) {
        self.extras.settle(&self.place, place.get());
    }

    /// Whether the executor counts the task. It does from its arrival on.
    pub(super) fn is_counted(&self) -> bool {
        self.counted.load(Ordering::Relaxed)
    }

    pub(super) fn set_counted(&self) {
        self.counted.store(true, Ordering::Relaxed);
    }

    /// What keeps the task's name beyond its end, if there is any.
    pub(super) fn named(&self) -> Option<sync::Arc<Shared>> {
        self.extras.get_counted()
    }

    /// What abort handles share with the task.
    pub(super) fn share(&self) -> sync::Arc<Shared> {
        self.extras.share(&self.place)
    }

    /// A poll has found the task not ready: from the first time on it is in the table.
    #[inline]
    fn waits(&self, cx: &Context<'_>) {
        if self.place().is_none() {
            self.waits_for_the_first_time(cx);
        }
    }

    #[cold]
    fn waits_for_the_first_time(&self, cx: &Context<'_>) {
        let at_home = here::at_work(&self.home, |executor| {
            executor.remember(self, cx.waker().clone());
        });
        debug_assert!(at_home.is_some(), "a task was polled on a foreign thread");
        shield::note(cx.waker());
        if self.extras.is_aborted() {
            cx.waker().wake_by_ref(); // the task has aborted itself, and there was nobody to wake in the table yet
        }
    }

    /// Enters what the task has inherited, if anything, until what comes back is dropped.
    fn enter_context(&self, extras: &Shared) -> Within<'_> {
        let within = Within {
            meta: self,
            context: extras.context(),
        };
        within.exchange();
        within
    }

    /// The future is gone.
    fn finish(&self) {
        if self.is_counted() {
            // What was counted is dropped at home.
            here::at_work(&self.home, |executor| executor.forget(self));
        }
        if let Some(context) = self.extras.end() {
            self.leave_context(context);
        }
    }

    #[cold]
    fn leave_context(&self, place: Place) {
        here::at_work(&self.home, |executor| executor.drop_context(place));
    }
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("id", &self.id)
            .field("name", &self.name())
            .field("location", &self.location())
            .finish_non_exhaustive()
    }
}

// ANCHOR: schedule
/// What a waker does: brings its task to the queue.
pub(super) fn schedule(task: Runnable) {
    let abroad = here::with(|executor| match executor {
        Some(executor) if executor.is_home_of(task.metadata()) => {
            executor.wakes(task);
            None
        }
        _ => Some(task),
    });
    // After `with`: what comes back from an executor that has gone is dropped here, and may
    // free the one that is here.
    if let Some(task) = abroad {
        send(task);
    }
}
// ANCHOR_END: schedule

/// The same from another thread.
#[cold]
fn send(task: Runnable) {
    // A count of our own: once the task is sent, it may be run and freed at any moment, and its count with it.
    let home = Arc::clone(&task.metadata().home);
    // An executor that has gone has dropped all its tasks before. What comes back was never there: spawned from another
    // thread, and so free to be dropped on this one.
    if let Err(Message::Ready(task)) = home.send(Message::Ready(task)) {
        cancel(task);
    }
}

/// Ends a task with the outcome "cancelled", here and now.
#[cold]
pub(crate) fn cancel(task: Runnable) {
    task.metadata().share().abort();
    task.run();
}

/// A task's context, entered, if it has one.
struct Within<'a> {
    meta: &'a Meta,
    context: Option<Place>,
}

impl Within<'_> {
    #[cold]
    fn exchange(&self) {
        if let Some(place) = self.context {
            here::at_work(&self.meta.home, |executor| {
                executor.exchange_context(place);
            });
        }
    }
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        self.exchange();
    }
}

pin_project! {
    /// A task's future, guarded: a panic ends the task and nothing else, and the end is noted.
    pub(super) struct Guarded<'a, F> {
        // `None` once it is done: dropped under guard, and not by async-task, which aborts the process on a panic there.
        #[pin]
        future: Option<F>,
        // Whom to tell. It lies in front of the future and outlives it.
        meta: &'a Meta,
    }

    impl<F> PinnedDrop for Guarded<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.future.is_some() {
                let _within = this.meta.extras.get().map(|extras| this.meta.enter_context(extras));
                discard(this.future);
            }
            this.meta.finish();
        }
    }
}

impl<'a, F> Guarded<'a, F> {
    pub(super) fn new(future: F, meta: &'a Meta) -> Self {
        Self {
            future: Some(future),
            meta,
        }
    }
}

impl<F: Future> Future for Guarded<'_, F> {
    type Output = Guard<F::Output>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // By projection: `self.meta` would be a look at the future as well, which may have references into itself.
        let meta = *self.as_mut().project().meta;
        match meta.extras.get() {
            None => self.poll_future(cx),
            Some(extras) => self.poll_with(meta, extras, cx),
        }
    }
}

impl<F: Future> Guarded<'_, F> {
    /// The same of a task that has extras: it may have been aborted, or have a context.
    #[cold]
    fn poll_with(
        self: Pin<&mut Self>,
        meta: &Meta,
        extras: &Shared,
        cx: &mut Context<'_>,
    ) -> Poll<Guard<F::Output>> {
        let _within = meta.enter_context(extras);
        if extras.is_aborted() {
            let this = self.project();
            return Poll::Ready(Guard::new(Err(cancelled(this.future, this.meta))));
        }
        self.poll_future(cx)
    }

    // Not inlined: it is called from two places, and compiled for each type of future.
    #[inline(never)]
    fn poll_future(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Guard<F::Output>> {
        let mut this = self.project();
        let future = this.future.as_mut().as_pin_mut();
        let future = future.expect("async-task polls no task again that is done");
        let outcome = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => {
                this.meta.waits(cx);
                return Poll::Pending;
            }
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(JoinError::panicked(this.meta, payload)),
        };
        discard(this.future);
        Poll::Ready(Guard::new(outcome))
    }
}

/// Drops the future of a task that was aborted; a destructor that panics makes the outcome a panic.
#[cold]
fn cancelled<F>(mut future: Pin<&mut Option<F>>, meta: &Meta) -> JoinError {
    match catch_unwind(AssertUnwindSafe(|| future.set(None))) {
        Ok(()) => JoinError::cancelled(meta.id),
        Err(payload) => JoinError::panicked(meta, payload),
    }
}

/// Drops a future that has had its end. A panic of its destructor was reported by the panic hook, and ends here.
fn discard<F>(mut future: Pin<&mut Option<F>>) {
    in_peace(|| future.set(None));
}

/// An outcome that nobody may ever ask for: dropped by async-task, which aborts the process on a panic.
/// Not an `Option`, which costs spawn and join 24 instructions of 780 (callgrind, 2026-11).
pub(crate) struct Guard<T>(ManuallyDrop<Outcome<T>>);

impl<T> Guard<T> {
    pub(crate) fn new(outcome: Outcome<T>) -> Self {
        Self(ManuallyDrop::new(outcome))
    }

    #[inline]
    pub(crate) fn into_inner(self) -> Outcome<T> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, and its `Drop`, which would take the outcome too, does not run.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }

    /// Nobody has asked.
    fn throw_away(outcome: Outcome<T>) {
        in_peace(|| match outcome {
            Ok(output) => drop(output),
            Err(error) => error.nobody_asked(),
        });
    }
}

impl<T> Drop for Guard<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this is the end of `self`, and `into_inner`, which takes it too, does not come here.
        let outcome = unsafe { ManuallyDrop::take(&mut self.0) };
        Self::throw_away(outcome);
    }
}
