//! Models of the barrier: nobody passes early, nobody is left behind.

use super::Barrier;
use crate::sync::loom_tools::{block_on, check, poll_once, spawn};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Who passes sees what the others wrote before they came; and one of them is the leader.
/// Mutant that fails it: `sync_barrier_opens_early` (with one missing).
#[test]
fn nobody_passes_before_all_have_come() {
    check(|| {
        let barrier = Arc::new(Barrier::new(2));
        let came = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let come = |barrier: &Barrier, came: &[AtomicBool; 2], who: usize| {
            came[who].store(true, Relaxed);
            let leads = block_on(barrier.wait()).is_leader();
            assert!(came[1 - who].load(Relaxed));
            leads
        };
        let (same, shared) = (barrier.clone(), came.clone());
        let other = spawn(move || come(&same, &shared, 1));
        let leads = come(&barrier, &came, 0);
        assert!(leads != other.join().unwrap());
    });
}

/// One who came and left before the others did has not come: two more are needed, and pass.
/// Mutant that fails it: `sync_barrier_counts_the_cancelled` (the last to come then waits for ever).
#[test]
fn one_who_leaves_has_not_come() {
    check(|| {
        let barrier = Arc::new(Barrier::new(2));
        let mut first = Box::pin(barrier.wait());
        assert!(poll_once(first.as_mut()).is_pending());
        let same = barrier.clone();
        let second = spawn(move || block_on(same.wait()).is_leader());
        drop(first);
        let mut third = Box::pin(barrier.wait());
        let third_passes = poll_once(third.as_mut()).is_ready();
        let second_leads = second.join().unwrap();
        assert!(third_passes != second_leads);
    });
}
