//! Models of the injector's handshake: every interleaving of an owner and his senders.

use super::*;
use loom::sync::atomic::AtomicUsize;
use loom::sync::{Arc, Condvar, Mutex as LoomMutex};
use loom::thread;

/// An eventfd: rung once, it wakes the sleeper once, whoever came first.
struct Bell {
    rung: LoomMutex<bool>,
    sleeper: Condvar,
}

impl Bell {
    fn new() -> Self {
        Self {
            rung: LoomMutex::new(false),
            sleeper: Condvar::new(),
        }
    }

    fn ring(&self) {
        *self.rung.lock().unwrap() = true;
        self.sleeper.notify_one();
    }

    fn sleep(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !*rung {
            rung = self.sleeper.wait(rung).unwrap();
        }
        *rung = false;
    }
}

/// The owner's loop until `count` items have come.
fn receive(injector: &Injector<u32>, bell: &Bell, count: usize) -> Vec<u32> {
    let mut all = Vec::new();
    let mut batch = Vec::new();
    while all.len() < count {
        injector.take(&mut batch);
        all.append(&mut batch);
        if all.len() < count && injector.park() {
            bell.sleep();
            injector.unpark();
        }
    }
    all
}

fn send(injector: &Injector<u32>, bell: &Bell, item: u32) {
    if injector.push(item).unwrap() {
        bell.ring();
    }
}

/// No ring is lost: an owner who sleeps while an item waits, with nobody to ring, is a deadlock, which loom reports.
/// Mutants that fail it: `injector_look_before_set` (the owner looks, then sets `parked`), `injector_look_before_push` (the
/// sender's two steps swapped).
#[test]
fn an_item_wakes_an_owner_about_to_sleep() {
    loom::model(|| {
        let shared = Arc::new((Injector::new(), Bell::new()));
        let sender = {
            let shared = shared.clone();
            thread::spawn(move || send(&shared.0, &shared.1, 7))
        };
        assert_eq!(receive(&shared.0, &shared.1, 1), [7]);
        sender.join().unwrap();
    });
}

/// The same with two senders, of whom one at most rings: the ring of the first serves the second.
/// Mutants that fail it: those of the model above, and `injector_clear_after_take` (`filled` is cleared after the lock is
/// released).
#[test]
fn two_senders_lose_nothing() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let shared = Arc::new((Injector::new(), Bell::new()));
        let senders: Vec<_> = [1, 2]
            .map(|item| {
                let shared = shared.clone();
                thread::spawn(move || send(&shared.0, &shared.1, item))
            })
            .into_iter()
            .collect();
        let mut got = receive(&shared.0, &shared.1, 2);
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
        for sender in senders {
            sender.join().unwrap();
        }
    });
}

/// At the end an item is with the owner or goes back to its sender: never both, never neither.
/// Mutants that fail it: `injector_close_keeps` (the queue is taken without closing it), `injector_push_after_the_end` (the
/// lock is let go between the look at `closed` and the push).
#[test]
fn at_the_end_an_item_is_on_exactly_one_side() {
    loom::model(|| {
        let injector = Arc::new(Injector::new());
        let sender = {
            let injector = injector.clone();
            thread::spawn(move || injector.push(7).is_err())
        };
        let kept = injector.close().len();
        let returned = sender.join().unwrap();
        assert_eq!(kept + usize::from(returned), 1);
    });
}

/// It is never over while an item waits, or somebody may still send one.
/// Mutants that fail it: `injector_looks_before_the_last_sender_goes` (the owner's two looks swapped), `injector_is_over_without_a_look`.
#[test]
fn what_the_last_sender_sends_is_not_missed() {
    loom::model(|| {
        let injector = Arc::new(Injector::new());
        let senders = Arc::new(AtomicUsize::new(1)); // std's `Arc` of a handle, which loom does not look into
        let sends = thread::spawn({
            let (injector, senders) = (injector.clone(), senders.clone());
            move || {
                drop(injector.push(1));
                senders.fetch_sub(1, Ordering::Release); // after that, as the `Arc`'s drop
            }
        });
        let is_over = injector.is_over(|| senders.load(Ordering::Relaxed) > 0); // as its `strong_count`
        assert!(!is_over, "an item waits, or will");
        sends.join().unwrap();
    });
}
