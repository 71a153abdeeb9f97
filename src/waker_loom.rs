//! Models of wakers, and of the latch of `block_on`'s bell.

use super::{Latch, Ring, waker};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use loom::thread;

/// What was written before a ring is seen by a poll after it, however many ring: with two ringers, either the second tells
/// anew, or the answer to the first sees what both wrote.
/// Mutants that fail it: `waker_latch_relaxed` (`set` swaps, and carries nothing), `waker_latch_looks_first` (`set` looks
/// before it swaps: the second ringer leaves no trace).
#[test]
fn an_answer_sees_what_every_ringer_wrote() {
    loom::model(|| {
        let latch = Arc::new(Latch::new());
        let told = Arc::new(AtomicUsize::new(0));
        let written = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let ringers: Vec<_> = [0, 1]
            .map(|n| {
                let (latch, told, written) = (latch.clone(), told.clone(), written.clone());
                thread::spawn(move || {
                    written[n].store(true, Relaxed);
                    if latch.set() {
                        told.fetch_add(1, Relaxed);
                    }
                })
            })
            .into_iter()
            .collect();

        let seen = |latch: &Latch| {
            latch
                .reset()
                .then(|| written.each_ref().map(|w| w.load(Relaxed)))
        };
        let first = seen(&latch);
        for ringer in ringers {
            ringer.join().unwrap();
        }
        // Whoever told after the first answer makes the owner poll again; nobody told, nobody polls.
        let answered = usize::from(first.is_some());
        let told = told.load(Relaxed);
        assert!((1..=2).contains(&told));
        if told == answered {
            // No second poll: the first one has seen it all.
            assert_eq!(first, Some([true, true]));
        } else {
            assert_eq!(seen(&latch), Some([true, true]));
        }
    });
}

/// Counts its rings, on a bell that is freed with its last waker: loom reports one that is not, and one that is rung after it.
struct Count(Arc<AtomicUsize>);

impl Ring for Count {
    fn ring(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Wakers that are cloned, woken and dropped on several threads at once, after who made the bell has left it, ring it as often as
/// they are woken, and the last frees it.
/// Mutants that fail it: `waker_clone_counts_nothing`, `waker_wake_by_ref_gives_its_count_back`, `waker_drop_keeps_its_count`.
#[test]
fn the_last_of_many_wakers_frees_the_bell() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let rings = Arc::new(AtomicUsize::new(0));
        let first = waker(Arc::new(Count(rings.clone())));
        let threads = [true, false].map(|by_ref| {
            let own = first.clone();
            thread::spawn(move || {
                let copy = own.clone();
                if by_ref {
                    own.wake_by_ref();
                } else {
                    own.wake();
                }
                drop(copy);
            })
        });
        drop(first);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(rings.load(Relaxed), 2);
    });
}
