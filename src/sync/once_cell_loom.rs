//! Models of `OnceCell`: it is filled once, and an initialiser that goes leaves the work to the next.

use super::OnceCell;
use crate::sync::loom_tools::{block_on, check, poll_once, spawn};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Of two that need the value one makes it, and both get it.
/// Mutant that fails it: `sync_once_cell_closes_first` (who waits looks before the value is there).
#[test]
fn one_makes_the_value_for_all() {
    check(|| {
        let cell = Arc::new(OnceCell::new());
        let made = Arc::new(AtomicUsize::new(0));
        let need = |cell: &OnceCell<usize>, made: &AtomicUsize| {
            *block_on(cell.get_or_init(async || made.fetch_add(1, Relaxed)))
        };
        let (same, shared) = (cell.clone(), made.clone());
        let other = spawn(move || need(&same, &shared));
        assert_eq!(need(&cell, &made), 0);
        assert_eq!(other.join().unwrap(), 0);
        assert_eq!(made.load(Relaxed), 1);
    });
}

/// When an initialiser is dropped, one that waits takes over.
/// Mutant that fails it: `sync_once_cell_keeps_the_permit`.
#[test]
fn a_cancelled_initialiser_hands_over() {
    check(|| {
        let cell = Arc::new(OnceCell::new());
        let mut first = Box::pin(cell.get_or_init(std::future::pending));
        assert!(poll_once(first.as_mut()).is_pending());
        let same = cell.clone();
        let next = spawn(move || *block_on(same.get_or_init(async || 2)));
        drop(first);
        assert_eq!(next.join().unwrap(), 2);
    });
}
