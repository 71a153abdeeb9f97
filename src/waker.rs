//! Wakers: the bell a future rings when it can go on.
//! Built by hand here, from a vtable of four functions, for `block_on` and whoever else polls without a task of its own.
//!
//! A [`Waker`] is two words: a pointer, and a table of what to do with it. Here the pointer is an [`Arc`] turned
//! raw, and the table's four entries are `Arc`'s own bookkeeping with one line of meaning: `ring`.

use std::task::{RawWaker, RawWakerVTable, Waker};

use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::sync::Arc;
use crate::swallow::swallow;

/// What happens when a waker is called. May come from any thread, at any time, any number of times.
pub(crate) trait Ring: Send + Sync + 'static {
    /// Makes whoever owns the bell look again.
    fn ring(&self);
}

/// A waker that rings `bell`.
pub(crate) fn waker<B: Ring>(bell: Arc<B>) -> Waker {
    // SAFETY: `Table::<B>` upholds the contract of `RawWakerVTable`: each function treats the pointer as the
    // `Arc<B>` that `Arc::into_raw` made of it, and `B: Send + Sync` lets any thread do so.
    unsafe { Waker::from_raw(raw(bell)) }
}

fn raw<B: Ring>(bell: Arc<B>) -> RawWaker {
    RawWaker::new(Arc::into_raw(bell).cast(), &Table::<B>::VTABLE)
}

/// The four functions for bells of type `B`.
struct Table<B>(std::marker::PhantomData<B>);

impl<B: Ring> Table<B> {
    const VTABLE: RawWakerVTable =
        RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    /// One more waker: one more count, the same pointer.
    unsafe fn clone(bell: *const ()) -> RawWaker {
        // SAFETY: `bell` came from `Arc::into_raw` in `raw`, and the waker being cloned holds a count.
        unsafe { Arc::increment_strong_count(bell.cast::<B>()) };
        RawWaker::new(bell, &Self::VTABLE)
    }

    /// Rings, and gives this waker's count back.
    unsafe fn wake(bell: *const ()) {
        // SAFETY: the waker is consumed, so its count is ours to drop.
        let bell = unsafe { Arc::from_raw(bell.cast::<B>()) };
        bell.ring();
    }

    /// Rings, and keeps the count.
    unsafe fn wake_by_ref(bell: *const ()) {
        // SAFETY: the waker is borrowed for this call, so its count keeps the bell alive.
        let bell = unsafe { &*bell.cast::<B>() };
        bell.ring();
    }

    /// Gives the count back in silence.
    unsafe fn drop(bell: *const ()) {
        // SAFETY: the waker is consumed, so its count is ours to drop.
        drop(unsafe { Arc::from_raw(bell.cast::<B>()) });
    }
}

/// Remembers that it was rung, so that many rings before one answer are one.
#[derive(Debug, Default)]
pub(crate) struct Latch(AtomicBool);

impl Latch {
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Rings. True for the first ring since the last answer: that one has to tell.
    pub(crate) fn set(&self) -> bool {
        // AcqRel: `reset` sees what every ringer wrote before it rang, also those who were not the first. A swap, not a look
        // and a store, since only a chain of swaps carries them all.
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Answers; from here on the next ring is a first one again. False if nobody has rung.
    pub(crate) fn reset(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel) // with `set`
    }
}

/// Wakers gathered under a borrow, to be woken after it: a waker is foreign code, which may re-enter or panic.
#[derive(Debug, Default)]
pub(crate) struct WakeList {
    /// The first one, inline: most often there is no other, and no memory to get.
    first: Option<Waker>,
    rest: Vec<Waker>,
}

impl WakeList {
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            rest: Vec::new(),
        }
    }

    /// Adds one at the end, if there is one.
    #[inline]
    pub(crate) fn add(&mut self, waker: Option<Waker>) {
        let Some(waker) = waker else { return };
        if self.first.is_none() && self.rest.is_empty() {
            self.first = Some(waker);
        } else {
            self.rest.push(waker);
        }
    }

    /// Where to add many at the end.
    pub(crate) fn list(&mut self) -> &mut Vec<Waker> {
        &mut self.rest
    }

    /// Wakes all, in order. One that panics keeps none of the others from being woken.
    ///
    /// # Panics
    /// With the first waker's panic, after the last was woken.
    #[inline]
    pub(crate) fn wake_all(&mut self) {
        if !self.rest.is_empty() {
            self.wake_many();
        } else if let Some(waker) = self.first.take() {
            waker.wake(); // no other that its panic could keep from being woken
        }
    }

    fn wake_many(&mut self) {
        use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

        let mut first_panic = None;
        let mut wakers = self.first.take().into_iter().chain(self.rest.drain(..));
        // `wakers` stays whole on a panic: what was taken out is gone, what is left is woken by the next round.
        while let Err(panic) =
            catch_unwind(AssertUnwindSafe(|| wakers.by_ref().for_each(Waker::wake)))
        {
            match first_panic {
                None => first_panic = Some(panic),
                Some(_) => swallow(Err(panic)), // one is told
            }
        }
        drop(wakers);
        if let Some(panic) = first_panic {
            resume_unwind(panic);
        }
    }
}

#[cfg(all(test, loom))]
#[path = "waker_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Ring for Count {
        fn ring(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct Panics;

    impl Ring for Panics {
        fn ring(&self) {
            panic!("a waker that panics");
        }
    }

    #[test]
    fn every_waker_gives_its_count_back() {
        let bell = Arc::new(Count::default());
        let first = waker(bell.clone());
        let second = first.clone();
        assert_eq!(Arc::strong_count(&bell), 3);
        first.wake_by_ref();
        first.wake();
        drop(second);
        assert_eq!(Arc::strong_count(&bell), 1);
        assert_eq!(bell.0.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_clone_is_known_by_will_wake() {
        let first = waker(Arc::new(Count::default()));
        assert!(first.will_wake(&first.clone()));
        assert!(!first.will_wake(&waker(Arc::new(Count::default()))));
    }

    #[test]
    fn many_rings_before_one_answer_are_one() {
        let latch = Latch::new();
        assert!(!latch.reset(), "nobody has rung");
        assert!(latch.set(), "the first has to tell");
        assert!(!latch.set() && !latch.set());
        assert!(latch.reset());
        assert!(!latch.reset());
        assert!(latch.set(), "a first one again");
    }

    /// Notes its number.
    struct Note(usize, Arc<std::sync::Mutex<Vec<usize>>>);

    impl Ring for Note {
        fn ring(&self) {
            self.1.lock().unwrap().push(self.0);
        }
    }

    #[test]
    fn all_of_a_list_are_woken_in_the_order_they_came() {
        let rung = Arc::new(std::sync::Mutex::new(Vec::new()));
        let note = |n| waker(Arc::new(Note(n, rung.clone())));
        for count in 0..4 {
            let mut list = WakeList::new();
            for n in 0..count {
                list.add(None);
                list.add(Some(note(n)));
            }
            list.wake_all();
            assert_eq!(
                std::mem::take(&mut *rung.lock().unwrap()),
                (0..count).collect::<Vec<_>>()
            );
            list.wake_all();
            assert!(rung.lock().unwrap().is_empty(), "each once");
        }
        let mut list = WakeList::new();
        list.list().push(note(1));
        list.add(Some(note(2))); // behind those that came otherwise
        list.wake_all();
        assert_eq!(*rung.lock().unwrap(), [1, 2]);
    }

    #[test]
    fn a_waker_that_panics_keeps_no_other_from_being_woken() {
        let bell = Arc::new(Count::default());
        let mut list = WakeList::new();
        list.list().extend([
            waker(bell.clone()),
            waker(Arc::new(Panics)),
            waker(bell.clone()),
            waker(Arc::new(Panics)),
            waker(bell.clone()),
        ]);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| list.wake_all()));
        assert!(result.is_err());
        assert_eq!(bell.0.load(Ordering::Relaxed), 3);
        assert!(list.list().is_empty());
    }

    /// A payload that panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a payload that panics");
        }
    }

    struct Throws;

    impl Ring for Throws {
        fn ring(&self) {
            std::panic::panic_any(Bomb);
        }
    }

    #[test]
    fn a_payload_that_panics_keeps_no_other_from_being_woken() {
        let bell = Arc::new(Count::default());
        let mut list = WakeList::new();
        let throws = || waker(Arc::new(Throws));
        list.list()
            .extend([throws(), throws(), waker(bell.clone())]);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| list.wake_all()));
        Box::leak(result.unwrap_err()); // or it would panic here
        assert_eq!(bell.0.load(Ordering::Relaxed), 1);
    }

    /// Panics with its number.
    struct Shouts(usize);

    impl Ring for Shouts {
        fn ring(&self) {
            std::panic::panic_any(self.0);
        }
    }

    #[test]
    fn of_many_panics_the_first_goes_on() {
        let mut list = WakeList::new();
        (1..=3).for_each(|n| list.add(Some(waker(Arc::new(Shouts(n))))));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| list.wake_all()));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&1_usize));
    }
}
