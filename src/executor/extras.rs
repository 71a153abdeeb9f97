//! The extras: what few tasks need, a name, a context, and what abort handles share with them. On the heap, made when it is first
//! asked for; every task pays for it with one word.
//!
//! The word goes from null to a pointer or to [`ENDED`], in one atomic step each, and never further. So the task's end and
//! the first handle can't miss each other: the handle's pointer is there and the end marks it, or the end is there and the
//! handle is made with the mark.

use std::fmt;
use std::ptr;

use super::table::Place;
use crate::shim::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering, fence};
use crate::shim::sync::Arc;

/// A task's end of it.
pub(crate) struct Extras {
    /// Null, [`ENDED`], or from [`Arc::into_raw`]: then a count of it belongs to this struct until it is dropped.
    shared: AtomicPtr<Shared>,
}

/// The task has ended without any. No `Shared` lies there: its address is a multiple of 4 at least.
const ENDED: *mut Shared = ptr::without_provenance_mut(1);

/// Shared by a task and its abort handles.
#[derive(Debug)]
pub(crate) struct Shared {
    name: Option<Box<str>>,
    /// Where the executor keeps what the task has inherited. Used at home.
    context: Option<Place>,
    /// Relaxed: who sets it then wakes the task, and the wake carries it.
    aborted: AtomicBool,
    /// Release when it is set, so that whoever sees the end sees all that came before it.
    ended: AtomicBool,
    /// Where the task waits in its executor's table; 0 before it waits. Used at home.
    place: AtomicU32,
}

impl Extras {
    pub(crate) fn new(name: Option<Box<str>>, context: Option<Place>) -> Self {
        let shared = if name.is_none() && context.is_none() {
            ptr::null_mut()
        } else {
            into_raw(Arc::new(Shared::new(name, context)))
        };
        Self {
            shared: AtomicPtr::new(shared),
        }
    }

    /// What there is: from [`Arc::into_raw`].
    #[inline]
    fn raw(&self) -> Option<*const Shared> {
        // Acquire: with the step that has put it there.
        let shared = self.shared.load(Ordering::Acquire);
        (shared.addr() > ENDED.addr()).then_some(shared.cast_const()) // null and `ENDED` are the lowest
    }

    #[inline]
    pub(super) fn get(&self) -> Option<&Shared> {
        // SAFETY: the count that keeps it is ours until we drop.
        self.raw().map(|shared| unsafe { &*shared })
    }

    /// The same, with a count for the caller.
    pub(crate) fn get_counted(&self) -> Option<Arc<Shared>> {
        let shared = self.raw()?;
        // SAFETY: a count is ours until we drop, so there is one to be added to.
        unsafe { Arc::increment_strong_count(shared) };
        // SAFETY: with the count that was just added.
        Some(unsafe { Arc::from_raw(shared) })
    }

    /// The word's one step. False if it was made before, by another.
    fn step(&self, to: *mut Shared) -> bool {
        // AcqRel: the task's end sees what is shared; and who finds the end there sees all that came before it.
        let (ordering, failure) = (Ordering::AcqRel, Ordering::Acquire);
        self.shared
            .compare_exchange(ptr::null_mut(), to, ordering, failure)
            .is_ok()
    }

    /// What the handles have, made with the first of them, on any thread. `place` is where the task notes its own.
    pub(crate) fn share(&self, place: &AtomicU32) -> Arc<Shared> {
        let shared = self.get_counted().unwrap_or_else(|| self.make());
        // Between the word and the place: with `settle`.
        fence(Ordering::SeqCst);
        let place = place.load(Ordering::Relaxed);
        if place != 0 {
            shared.place.store(place, Ordering::Relaxed);
        }
        shared
    }

    /// Makes it, unless another thread comes first.
    #[cold]
    fn make(&self) -> Arc<Shared> {
        let ours = Arc::new(Shared::new(None, None));
        let raw = into_raw(Arc::clone(&ours));
        if self.step(raw) {
            return ours;
        }
        // SAFETY: from `into_raw` above, and nobody else has seen it.
        drop(unsafe { Arc::from_raw(raw) });
        self.get_counted().unwrap_or_else(|| {
            ours.end();
            ours
        })
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.get()?.name()
    }

    /// Whether the task is to be dropped instead of polled.
    #[inline]
    pub(crate) fn is_aborted(&self) -> bool {
        self.get().is_some_and(Shared::is_aborted)
    }

    /// The task waits at `at`, for the first time: notes it in its `place`, and where handles look.
    pub(crate) fn settle(&self, place: &AtomicU32, at: u32) {
        place.store(at, Ordering::Relaxed);
        // Both write before they look, so one of us sees the other: `share` the place, or we the word.
        fence(Ordering::SeqCst);
        if let Some(shared) = self.get() {
            shared.place.store(at, Ordering::Relaxed);
        }
    }

    /// The task has ended. Gives back where its context is.
    #[inline]
    pub(crate) fn end(&self) -> Option<Place> {
        if self.step(ENDED) {
            return None;
        }
        let shared = self.get()?;
        shared.end();
        shared.context
    }
}

impl Drop for Extras {
    fn drop(&mut self) {
        if let Some(shared) = self.raw() {
            // SAFETY: this count is ours to give up, once.
            drop(unsafe { Arc::from_raw(shared) });
        }
    }
}

fn into_raw(shared: Arc<Shared>) -> *mut Shared {
    Arc::into_raw(shared).cast_mut()
}

impl Shared {
    fn new(name: Option<Box<str>>, context: Option<Place>) -> Self {
        Self {
            name,
            context,
            aborted: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            place: AtomicU32::new(0),
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Marks the task. False if it was marked before.
    pub(crate) fn abort(&self) -> bool {
        !self.aborted.swap(true, Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Relaxed)
    }

    /// Where the executor keeps what the task has inherited.
    pub(super) fn context(&self) -> Option<Place> {
        self.context
    }

    pub(crate) fn place(&self) -> u32 {
        self.place.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire) // with `end`
    }
}

impl fmt::Debug for Extras {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Extras").field(&self.get()).finish()
    }
}

#[cfg(all(test, loom))]
#[path = "extras_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_there_from_the_beginning_and_nothing_else() {
        let named = Extras::new(Some("soup".into()), None);
        assert_eq!(named.name(), Some("soup"));
        let kept = named.get_counted().unwrap();
        assert_eq!(Arc::strong_count(&kept), 2);
        drop(named);
        assert_eq!(Arc::strong_count(&kept), 1, "it gives its count back");
        assert_eq!(kept.name(), Some("soup"), "beyond the end");
        let nameless = Extras::new(None, None);
        assert_eq!(nameless.name(), None);
        assert!(nameless.get_counted().is_none());
        assert!(!nameless.is_aborted());
    }

    #[test]
    fn handles_share_one_mark_and_one_place() {
        let (extras, place) = (Extras::new(None, None), AtomicU32::new(0));
        let (first, second) = (extras.share(&place), extras.share(&place));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(first.abort() && !second.abort(), "marked once");
        assert!(extras.is_aborted());
        assert_eq!(first.place(), 0);
        extras.settle(&place, 7);
        assert_eq!((first.place(), second.place()), (7, 7));
        assert_eq!(place.load(Ordering::Relaxed), 7);

        let (extras, place) = (Extras::new(None, None), AtomicU32::new(0));
        extras.settle(&place, 9);
        assert_eq!(extras.share(&place).place(), 9, "made after it");
    }

    #[test]
    fn the_end_is_told_to_handles_made_before_and_after() {
        let place = AtomicU32::new(0);
        let extras = Extras::new(None, None);
        let before = extras.share(&place);
        assert!(!before.has_ended());
        extras.end();
        assert!(before.has_ended() && extras.share(&place).has_ended());

        let extras = Extras::new(None, None);
        extras.end();
        let after = extras.share(&place);
        assert!(after.has_ended());
        assert!(extras.get_counted().is_none(), "the word goes no further");
    }
}
