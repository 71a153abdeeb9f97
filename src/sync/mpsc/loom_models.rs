//! Models of mpsc: no value and no place is lost, and nobody waits for ever.

use std::pin::pin;

use super::{channel, unbounded_channel};
use crate::sync::loom_tools::{block_on, check, poll_once, spawn};
use loom::sync::Arc;

/// Every value of every sender arrives, and then the end.
/// Mutant that fails it: `sync_mpsc_last_sender_leaves_in_silence`.
#[test]
fn every_value_arrives_and_then_the_end() {
    check(|| {
        let (sender, mut receiver) = unbounded_channel();
        let same = sender.clone();
        let other = spawn(move || same.send(1).unwrap());
        let third = spawn(move || sender.send(2).unwrap());
        let mut sum = 0;
        while let Some(value) = block_on(receiver.recv()) {
            sum += value;
        }
        assert_eq!(sum, 3);
        other.join().unwrap();
        third.join().unwrap();
    });
}

/// A sender that found the queue full goes on when the receiver has made room, and the order stays.
/// Mutants that fail it: `sync_mpsc_receive_passes_nothing_on` (a place that came free stays free) and
/// `sync_mpsc_send_wakes_nobody`.
#[test]
fn room_reaches_the_sender_that_waits() {
    check(|| {
        let (sender, mut receiver) = channel(1);
        let other = spawn(move || {
            block_on(sender.send(1)).unwrap();
            block_on(sender.send(2)).unwrap();
        });
        assert_eq!(block_on(receiver.recv()), Some(1));
        assert_eq!(block_on(receiver.recv()), Some(2));
        assert_eq!(block_on(receiver.recv()), None);
        other.join().unwrap();
    });
}

/// A sender that waits for room is not left behind by a close.
/// Mutant that fails it: `sync_mpsc_reserve_does_not_look_again` (a close between its two locks wakes nobody).
#[test]
fn a_close_reaches_the_sender_that_waits() {
    check(|| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let other = spawn(move || block_on(sender.send(2)).is_err());
        receiver.close();
        assert!(other.join().unwrap());
        assert_eq!(block_on(receiver.recv()), Some(1));
        assert_eq!(block_on(receiver.recv()), None);
    });
}

/// After a close the receiver waits for permits that are out, and no longer: tokio-rs/tokio PR 8260 and 8075.
/// Mutant that fails it: `sync_mpsc_permit_drops_in_silence` (the last permit given up wakes nobody).
#[test]
fn the_last_permit_ends_a_closed_channel() {
    check(|| {
        let (sender, mut receiver) = channel::<u32>(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        let other = spawn(move || drop(permit.release()));
        receiver.close();
        assert_eq!(block_on(receiver.recv()), None);
        other.join().unwrap();
        drop(sender);
    });
}

/// A permit that is out when the channel closes still sends, and the receiver does not end before.
/// Mutant that fails it: `sync_mpsc_closed_is_finished` (ends without regard to permits).
#[test]
fn a_permit_outlives_the_close() {
    check(|| {
        let (sender, mut receiver) = channel(1);
        let permit = sender.try_reserve_owned().unwrap();
        let other = spawn(move || drop(permit.send(1)));
        receiver.close();
        assert_eq!(block_on(receiver.recv()), Some(1));
        assert_eq!(block_on(receiver.recv()), None);
        other.join().unwrap();
    });
}

/// A place that was given to a sender that is dropped before it looks goes to the next one.
/// Mutant that fails it: `sync_mpsc_cancelled_reserve_keeps_its_place`.
#[test]
fn a_cancelled_reserve_passes_its_place_on() {
    check(|| {
        let (sender, _receiver) = channel::<u32>(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        let same = sender.clone();
        let next = {
            let mut cancelled = Box::pin(sender.reserve());
            assert!(poll_once(cancelled.as_mut()).is_pending());
            let next = spawn(move || drop(block_on(same.reserve()).unwrap()));
            drop(permit);
            next
        };
        next.join().unwrap();
        assert_eq!(sender.capacity(), 1);
    });
}

/// A value that was sent to a receiver that goes is dropped, also while senders live; one that was refused comes back.
/// Mutants that fail it: `sync_mpsc_dropped_receiver_keeps_its_queue` and `sync_mpsc_permit_fills_a_dead_queue`.
#[test]
fn a_dropped_receiver_leaves_no_value_behind() {
    check(|| {
        let (sender, receiver) = channel(2);
        let value = Arc::new(());
        let permit = sender.clone().try_reserve_owned().unwrap();
        let (first, second) = (value.clone(), value.clone());
        let other = spawn(move || {
            let sender = permit.send(first);
            (sender.try_send(second).is_err(), sender)
        });
        drop(receiver);
        let (_, _sender) = other.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// A weak sender becomes a sender only as long as the receiver still waits for one.
/// Mutant that fails it: `sync_mpsc_upgrade_after_the_end` (does not look whether a sender is left).
#[test]
fn an_upgraded_sender_is_heard() {
    check(|| {
        let (sender, mut receiver) = unbounded_channel();
        let weak = sender.downgrade();
        let other = spawn(move || weak.upgrade().is_some_and(|sender| sender.send(1).is_ok()));
        drop(sender);
        let received = block_on(receiver.recv()).is_some();
        assert_eq!(other.join().unwrap(), received);
    });
}

/// `closed` hears of the receiver's drop.
/// Mutant that fails it: `sync_listener_does_not_look_again` (what comes between its two locks wakes nobody).
#[test]
fn closed_hears_of_the_drop() {
    check(|| {
        let (sender, receiver) = channel::<u32>(1);
        let other = spawn(move || drop(receiver));
        let mut closed = pin!(sender.closed());
        block_on(closed.as_mut());
        other.join().unwrap();
    });
}
