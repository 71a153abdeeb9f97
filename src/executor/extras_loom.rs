//! Models of the extras: the first handle, the task's first wait, and its end, at once.

use super::*;
use loom::thread;

/// Makes a handle on another thread while `home` does something, and shows it.
fn handle_made_beside(home: fn(&Extras, &AtomicU32), check: fn(&Shared)) {
    loom::model(move || {
        let task = Arc::new((Extras::new(None, None), AtomicU32::new(0)));
        let maker = {
            let task = task.clone();
            thread::spawn(move || task.0.share(&task.1))
        };
        home(&task.0, &task.1);
        check(&maker.join().unwrap());
    });
}

/// Once a task has ended, a handle that was made while it ended knows it.
/// Mutants that fail it: `extras_look_then_end` (the end looks at the word, then writes it) and `extras_end_unseen` (a handle
/// made after the end is not marked).
#[test]
fn a_handle_made_at_the_end_learns_of_it() {
    let check = |handle: &Shared| assert!(handle.has_ended());
    handle_made_beside(|extras, _| drop(extras.end()), check);
}

/// A handle that is made while its task begins to wait knows where.
/// Mutants that fail it: `extras_settle_without_fence` and `extras_share_without_fence`.
#[test]
fn a_handle_made_at_the_first_wait_knows_its_place() {
    let check = |handle: &Shared| assert_eq!(handle.place(), 7);
    handle_made_beside(|extras, place| extras.settle(place, 7), check);
}

/// Who sees that a task has ended sees what it did before, by a handle that was there and by one that is made now.
/// Mutants that fail it: `extras_end_is_told_relaxed` and `extras_end_is_seen_relaxed`.
#[test]
fn who_sees_the_end_sees_what_came_before() {
    for is_late in [false, true] {
        loom::model(move || {
            let task = Arc::new((
                Extras::new(None, None),
                AtomicU32::new(0),
                AtomicBool::new(false),
            ));
            let early = (!is_late).then(|| task.0.share(&task.1));
            let same = task.clone();
            let onlooker = thread::spawn(move || {
                let handle = early.unwrap_or_else(|| same.0.share(&same.1));
                assert!(!handle.has_ended() || same.2.load(Ordering::Relaxed));
            });
            task.2.store(true, Ordering::Relaxed);
            task.0.end();
            onlooker.join().unwrap();
        });
    }
}

/// Two first handles share one mark.
/// Mutants that fail it: `extras_make_keeps_its_own` and `extras_look_then_make`.
#[test]
fn two_first_handles_share_one_mark() {
    loom::model(|| {
        let task = Arc::new((Extras::new(None, None), AtomicU32::new(0)));
        let other = {
            let task = task.clone();
            thread::spawn(move || task.0.share(&task.1).abort())
        };
        let ours = task.0.share(&task.1).abort();
        let theirs = other.join().unwrap();
        assert!(ours != theirs, "one of them was the first");
        assert!(task.0.is_aborted());
    });
}
