//! Models of `CancellationToken`: a cancellation reaches everybody, whoever comes or goes meanwhile.

use super::CancellationToken;
use crate::sync::loom_tools::{block_on, check, spawn};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// One who waits is woken, whenever the cancellation comes, and sees what was written before it.
/// Mutants that fail it: `sync_cancellation_token_wakes_nobody` (raises the flag in silence),
/// `sync_cancellation_token_does_not_look_again` (who waits looks before the lock only).
#[test]
fn a_cancellation_wakes_who_waits() {
    check(|| {
        let token = CancellationToken::new();
        let child = token.child_token();
        let written = Arc::new(AtomicBool::new(false));
        let shared = written.clone();
        let canceller = spawn(move || {
            shared.store(true, Relaxed);
            token.cancel();
        });
        block_on(child.cancelled());
        assert!(written.load(Relaxed));
        canceller.join().unwrap();
    });
}

/// Who sees the flag without having waited sees what was written before the cancellation.
/// Mutant that fails it: `sync_cancellation_token_is_relaxed`.
#[test]
fn a_look_sees_what_came_before() {
    check(|| {
        let token = CancellationToken::new();
        let same = token.clone();
        let written = Arc::new(AtomicBool::new(false));
        let shared = written.clone();
        let canceller = spawn(move || {
            shared.store(true, Relaxed);
            same.cancel();
        });
        if token.is_cancelled() {
            assert!(written.load(Relaxed));
        }
        canceller.join().unwrap();
    });
}

/// A child that is born while its parent is cancelled is cancelled.
/// Mutant that fails it: `sync_cancellation_token_bears_the_free` (a token that was cancelled still has children).
#[test]
fn a_child_of_the_cancelled_is_cancelled() {
    check(|| {
        let token = CancellationToken::new();
        let same = token.clone();
        let canceller = spawn(move || same.cancel());
        let child = token.child_token();
        canceller.join().unwrap();
        assert!(child.is_cancelled());
    });
}

/// Of two that cancel, both find all cancelled when they are done.
/// Mutant that fails it: `sync_cancellation_token_raises_after_the_lock`.
#[test]
fn whoever_cancels_finds_all_cancelled() {
    check(|| {
        let token = CancellationToken::new();
        let child = token.child_token();
        let same = token.clone();
        let other = spawn(move || same.cancel());
        token.cancel();
        assert!(child.is_cancelled());
        other.join().unwrap();
    });
}

/// A token that is dropped leaves its child to its own parent, also while that is cancelled.
/// Mutant that fails it: `sync_cancellation_token_leaves_orphans`.
#[test]
fn a_grandchild_is_found_after_its_parent_has_gone() {
    check(|| {
        let token = CancellationToken::new();
        let middle = token.child_token();
        let grandchild = middle.child_token();
        let canceller = spawn(move || token.cancel());
        drop(middle);
        canceller.join().unwrap();
        assert!(grandchild.is_cancelled());
    });
}

/// A token of several is cancelled by the first of them, on whatever thread.
/// Mutant that fails it: `sync_cancellation_token_forgets_any`.
#[test]
fn one_of_any_cancels() {
    check(|| {
        let (one, two) = (CancellationToken::new(), CancellationToken::new());
        let any = CancellationToken::any([&one, &two]);
        let cancellers = [one, two].map(|token| spawn(move || token.cancel()));
        block_on(any.cancelled());
        for canceller in cancellers {
            canceller.join().unwrap();
        }
    });
}
