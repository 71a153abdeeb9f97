//! Models of oneshot: both ends always agree on what became of the value, and nobody waits for ever.

use super::channel;
use super::error::TryRecvError;
use crate::sync::loom_tools::{block_on, check, spawn};

/// The receiver gets the value, whether it looks before, after or during the send.
/// Mutants that fail it: `sync_seat_does_not_look_again` (a value that comes between its two locks wakes nobody) and
/// `sync_oneshot_send_wakes_nobody`.
#[test]
fn a_value_reaches_the_receiver() {
    check(|| {
        let (sender, receiver) = channel();
        let other = spawn(move || sender.send(7).unwrap());
        assert_eq!(block_on(receiver), Ok(7));
        other.join().unwrap();
    });
}

/// A send that succeeds is received, and one that fails is not: the race of RUSTSEC-2021-0124.
/// Mutant that fails it: `sync_oneshot_send_after_close` (sends into a channel that was closed and found empty).
#[test]
fn send_and_close_agree() {
    check(|| {
        let (sender, mut receiver) = channel();
        let other = spawn(move || sender.send(7));
        receiver.close();
        let received = receiver.try_recv();
        match other.join().unwrap() {
            Ok(()) => assert_eq!(received, Ok(7)),
            Err(7) => assert_eq!(received, Err(TryRecvError::Closed)),
            Err(_) => unreachable!(),
        }
    });
}

/// A sender that is dropped without a value ends the wait.
/// Mutant that fails it: `sync_oneshot_drop_is_silent` (finishes only with a value).
#[test]
fn a_dropped_sender_ends_the_wait() {
    check(|| {
        let (sender, receiver) = channel::<u32>();
        let other = spawn(move || drop(sender));
        assert!(block_on(receiver).is_err());
        other.join().unwrap();
    });
}

/// A sender in `closed` hears of the receiver's drop.
/// Mutant that fails it: `sync_oneshot_close_keeps_the_sender_waiting` (does not wake it).
#[test]
fn a_dropped_receiver_is_heard_of() {
    check(|| {
        let (mut sender, receiver) = channel::<u32>();
        let other = spawn(move || drop(receiver));
        block_on(sender.closed());
        assert!(sender.is_closed());
        other.join().unwrap();
    });
}
