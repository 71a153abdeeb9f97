//! Models of watch: the last change is always seen, and nobody waits for ever.

use super::channel;
use crate::sync::loom_tools::{block_on, check, spawn};

/// A receiver that follows the changes comes to the last one, with the value that belongs to it, and hears of none twice.
/// Mutants that fail it: `sync_watch_version_before_value` (the old value counts as the new version's),
/// `sync_watch_version_after_the_lock` and `sync_watch_looks_at_the_version_first` (the new value counts as the old version's), and
/// `sync_watch_change_wakes_nobody`.
#[test]
fn the_last_change_is_seen() {
    check(|| {
        let (sender, mut receiver) = channel(0);
        let other = spawn(move || {
            sender.send(1).unwrap();
            sender.send(2).unwrap();
            sender // kept, so that its drop wakes nobody
        });
        let mut seen = *receiver.borrow_and_update();
        while seen != 2 {
            block_on(receiver.changed()).unwrap();
            let before = std::mem::replace(&mut seen, *receiver.borrow_and_update());
            assert!(before < seen);
        }
        other.join().unwrap();
    });
}

/// The last sender's drop ends the wait, after the last change was seen.
/// Mutant that fails it: `sync_watch_last_sender_leaves_in_silence`.
#[test]
fn the_last_sender_ends_the_wait() {
    check(|| {
        let (sender, mut receiver) = channel(0);
        let same = sender.clone();
        let other = spawn(move || drop(sender));
        let third = spawn(move || same.send(1).unwrap());
        block_on(receiver.changed()).unwrap();
        assert_eq!(*receiver.borrow(), 1);
        assert!(block_on(receiver.changed()).is_err());
        other.join().unwrap();
        third.join().unwrap();
    });
}

/// The last receiver's drop ends `closed`.
/// Mutant that fails it: `sync_watch_last_receiver_leaves_in_silence`.
#[test]
fn the_last_receiver_ends_closed() {
    check(|| {
        let (sender, receiver) = channel(0);
        let same = receiver.clone();
        let other = spawn(move || drop(receiver));
        let third = spawn(move || drop(same));
        block_on(sender.closed());
        assert!(sender.is_closed());
        other.join().unwrap();
        third.join().unwrap();
    });
}
