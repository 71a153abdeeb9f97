//! Models of the tally: who waits for the end learns of it, and of all that came before.

use super::Tally;
use crate::sync::loom_tools::{block_on, check, spawn};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Two end while it is closed, and one waits: whoever is the last tells it, and what each did before its end is seen.
/// Mutants that fail it: `sync_tally_ends_in_silence` (the last one tells nobody), `sync_tally_counts_relaxed` (what came before
/// is not seen).
#[test]
fn the_end_is_told() {
    check(|| {
        let tally = Arc::new(Tally::new());
        let work = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let workers = work.clone().map(|work| {
            tally.add();
            let tally = tally.clone();
            spawn(move || {
                work.store(true, Relaxed);
                tally.remove();
            })
        });
        tally.close();
        block_on(tally.wait());
        assert!(work.iter().all(|done| done.load(Relaxed)));
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

/// Closed by another thread, it is done if it is empty.
/// Mutants that fail it: `sync_tally_closes_in_silence` (who closes what is empty tells nobody),
/// `sync_tally_looks_before_it_listens`.
#[test]
fn closing_what_is_empty_is_told() {
    check(|| {
        let tally = Arc::new(Tally::new());
        let same = tally.clone();
        let closer = spawn(move || same.close());
        block_on(tally.wait());
        assert!(closer.join().unwrap());
    });
}

/// Whoever looks sees what came before that which it sees: before each end, and before the close.
/// Mutants that fail it: `sync_tally_is_counted_relaxed`, `sync_tally_closes_relaxed`, `sync_tally_is_closed_relaxed`.
#[test]
fn who_looks_sees_what_came_before() {
    check(|| {
        let tally = Arc::new(Tally::new());
        let [work, order] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        tally.add();
        let worker = {
            let (tally, work, order) = (tally.clone(), work.clone(), order.clone());
            spawn(move || {
                work.store(true, Relaxed);
                tally.remove();
                order.store(true, Relaxed);
                tally.close();
            })
        };
        assert!(tally.count() > 0 || work.load(Relaxed));
        assert!(!tally.is_closed() || order.load(Relaxed));
        worker.join().unwrap();
    });
}
