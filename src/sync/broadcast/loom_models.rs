//! Models of broadcast: every receiver gets every value or hears how many it lost, and nothing stays behind.
//!
//! That two receivers never clone a value at the same time (RUSTSEC-2025-0023) needs no model: the value is in a lock, and
//! there is no unsafe code that could reach around it.

use super::channel;
use super::error::RecvError;
use super::{Receiver, Sender};
use crate::sync::loom_tools::{block_on, check, spawn};
use loom::sync::Arc;

/// Both receivers get both values, in order. The sender stays, so that its drop wakes nobody.
/// Mutants that fail it: `sync_broadcast_send_wakes_nobody` and `sync_broadcast_counts_one_reader_less` (the value is gone
/// before the last has it).
#[test]
fn every_receiver_gets_every_value() {
    check(|| {
        let (sender, receiver) = channel(2);
        let second = sender.subscribe();
        let other = spawn(move || hear_two(second));
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        assert_eq!(other.join().unwrap(), [1, 2]);
        assert_eq!(hear_two(receiver), [1, 2]);
    });
}

fn hear_two(mut receiver: Receiver<u32>) -> [u32; 2] {
    [(); 2].map(|()| block_on(receiver.recv()).unwrap())
}

/// What a receiver gets and what it is told to have lost make up all that was sent, in order.
/// Mutant that fails it: `sync_broadcast_forgets_the_lag` (a receiver that has fallen behind takes what it finds).
#[test]
fn a_slow_receiver_hears_what_it_lost() {
    check(|| {
        let (sender, mut receiver) = channel(1);
        let other = spawn(move || (1..=3).for_each(|number| drop(sender.send(number))));
        let mut position = 0;
        loop {
            match block_on(receiver.recv()) {
                Ok(number) => {
                    position += 1;
                    assert_eq!(number, position);
                }
                Err(RecvError::Lagged(missed)) => position += missed,
                Err(RecvError::Closed) => break,
            }
        }
        assert_eq!(position, 3);
        other.join().unwrap();
    });
}

/// A receiver that goes takes its claims along: a value that nobody waits for any more is dropped.
/// Mutant that fails it: `sync_broadcast_dropped_receiver_keeps_values`.
#[test]
fn a_dropped_receiver_leaves_no_value_behind() {
    check(|| {
        let (sender, receiver): (Sender<Arc<()>>, _) = channel(2);
        let value = Arc::new(());
        let sent = value.clone();
        let other = spawn(move || {
            let _ = sender.send(sent);
            sender
        });
        drop(receiver);
        let _sender = other.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// The last sender's drop ends the wait.
/// Mutant that fails it: `sync_broadcast_last_sender_leaves_in_silence`.
#[test]
fn the_last_sender_ends_the_wait() {
    check(|| {
        let (sender, mut receiver) = channel::<u32>(1);
        let same = sender.clone();
        let other = spawn(move || drop(sender));
        let third = spawn(move || drop(same));
        assert_eq!(block_on(receiver.recv()), Err(RecvError::Closed));
        other.join().unwrap();
        third.join().unwrap();
    });
}

/// The last receiver's drop ends `closed`.
/// Mutant that fails it: `sync_broadcast_last_receiver_leaves_in_silence`.
#[test]
fn the_last_receiver_ends_closed() {
    check(|| {
        let (sender, receiver) = channel::<u32>(1);
        let other = spawn(move || drop(receiver));
        block_on(sender.closed());
        assert_eq!(sender.receiver_count(), 0);
        other.join().unwrap();
    });
}

/// A receiver that comes while a value is sent hears it or has no claim to it: nothing stays behind.
/// Mutant that fails it: `sync_broadcast_subscribes_in_two_steps`.
#[test]
fn a_receiver_that_comes_meanwhile_leaves_no_value_behind() {
    check(|| {
        let (sender, first): (Sender<Arc<()>>, _) = channel(2);
        let value = Arc::new(());
        let (same, sent) = (sender.clone(), value.clone());
        let other = spawn(move || assert!(same.send(sent).is_ok()));
        let mut second = sender.subscribe();
        other.join().unwrap();
        drop(first);
        drop(second.try_recv());
        drop(second);
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// A weak sender becomes a sender only as long as the receiver still waits for one.
/// Mutant that fails it: `sync_broadcast_upgrades_in_two_steps`.
#[test]
fn an_upgraded_sender_is_heard() {
    check(|| {
        let (sender, mut receiver) = channel(1);
        let weak = sender.downgrade();
        let other = spawn(move || weak.upgrade().is_some_and(|sender| sender.send(1).is_ok()));
        drop(sender);
        let received = block_on(receiver.recv()).is_ok();
        assert_eq!(other.join().unwrap(), received);
    });
}
