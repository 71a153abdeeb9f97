//! watch: the latest value, what counts as seen, and who is told of a change.

mod sync_support;

use std::rc::Rc;
use std::task::{Context, Poll};

use sync_support::{Dice, Drops, Polled, cloned_by_an_intruder, intruder, now, panics};
use toque::sync::watch::{self, Receiver, Sender};

#[test]
fn a_change_is_seen_once() {
    let (sender, mut receiver) = watch::channel("soup");
    assert!(!receiver.has_changed().unwrap());
    let mut wait = Polled::new(receiver.changed());
    assert!(wait.poll().is_pending());
    sender.send("salad").unwrap();
    assert_eq!(wait.wakes(), 1);
    assert!(matches!(wait.poll(), Poll::Ready(Ok(()))));
    drop(wait);
    assert_eq!(*receiver.borrow(), "salad");
    assert!(Polled::new(receiver.changed()).poll().is_pending());
}

#[test]
fn only_the_latest_value_is_seen() {
    let (sender, mut receiver) = watch::channel(0);
    (1..=3).for_each(|number| sender.send(number).unwrap());
    now(receiver.changed()).unwrap();
    assert_eq!(*receiver.borrow_and_update(), 3);
    assert!(!receiver.has_changed().unwrap());
}

#[test]
fn borrow_marks_nothing_as_seen() {
    let (sender, mut receiver) = watch::channel(0);
    sender.send(1).unwrap();
    assert!(receiver.borrow().has_changed());
    assert!(receiver.borrow().has_changed());
    assert!(receiver.borrow_and_update().has_changed());
    assert!(!receiver.borrow_and_update().has_changed());
    assert!(!sender.borrow().has_changed());
}

#[test]
fn every_receiver_that_waits_is_woken() {
    let (sender, mut first) = watch::channel(0);
    let mut second = first.clone();
    let (mut first, mut second) = (Polled::new(first.changed()), Polled::new(second.changed()));
    assert!(first.poll().is_pending() && second.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!((first.wakes(), second.wakes()), (1, 1));
    assert!(first.poll().is_ready() && second.poll().is_ready());
}

#[test]
fn a_clone_has_seen_what_the_original_has() {
    let (sender, receiver) = watch::channel(0);
    sender.send(1).unwrap();
    assert!(receiver.clone().has_changed().unwrap());
    assert!(!sender.subscribe().has_changed().unwrap());
}

#[test]
fn ends_know_their_channel() {
    let (sender, receiver) = watch::channel(0);
    let (other_sender, other_receiver) = watch::channel(0);
    assert!(receiver.same_channel(&receiver.clone()) && !receiver.same_channel(&other_receiver));
    assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&other_sender));
}

#[test]
fn marks_change_what_counts_as_seen() {
    let (sender, mut receiver) = watch::channel(0);
    receiver.mark_changed(); // the first version, before which there is none
    assert!(receiver.has_changed().unwrap());
    now(receiver.changed()).unwrap();
    sender.send(1).unwrap();
    receiver.mark_unchanged();
    assert!(!receiver.has_changed().unwrap());
    assert!(Polled::new(receiver.changed()).poll().is_pending());
}

#[test]
fn the_last_change_is_seen_after_the_last_sender() {
    let (sender, mut receiver) = watch::channel(0);
    let same = sender.clone();
    assert_eq!(sender.sender_count(), 2);
    drop(sender);
    assert!(!receiver.is_closed());
    same.send(1).unwrap();
    drop(same);
    assert!(receiver.is_closed());
    assert!(receiver.has_changed().is_err());
    assert!(now(receiver.changed()).is_ok());
    assert_eq!(*receiver.borrow(), 1);
    assert!(now(receiver.changed()).is_err());
}

#[test]
fn the_last_sender_ends_the_wait() {
    let (sender, mut receiver) = watch::channel(0);
    let mut wait = Polled::new(receiver.changed());
    assert!(wait.poll().is_pending());
    drop(sender);
    assert_eq!(wait.wakes(), 1);
    assert!(matches!(wait.poll(), Poll::Ready(Err(_))));
}

#[test]
fn a_send_without_receivers_changes_nothing() {
    let (sender, receiver) = watch::channel(0);
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(sender.send(1).unwrap_err().0, 1);
    assert_eq!(*sender.borrow(), 0);
    assert_eq!(sender.send_replace(2), 0);
    assert_eq!(*sender.subscribe().borrow(), 2);
    assert_eq!(*Sender::<u32>::default().borrow(), 0);
}

#[test]
fn closed_waits_until_no_receiver_is_left() {
    let (sender, receiver) = watch::channel(0);
    let same = receiver.clone();
    assert_eq!(sender.receiver_count(), 2);
    let mut closed = Polled::new(sender.closed());
    assert!(closed.poll().is_pending());
    drop(receiver);
    assert_eq!(closed.wakes(), 0);
    drop(same);
    assert_eq!(closed.wakes(), 1);
    let late = sender.subscribe(); // reopens before it is polled
    assert!(closed.poll().is_pending());
    drop(late);
    assert!(closed.poll().is_ready());
}

#[test]
fn only_a_modification_is_told() {
    let (sender, receiver) = watch::channel(1);
    assert!(!sender.send_if_modified(|_| false));
    assert!(!receiver.has_changed().unwrap());
    assert!(sender.send_if_modified(|value| {
        *value += 1;
        true
    }));
    assert!(receiver.has_changed().unwrap());
    sender.send_modify(|value| *value += 1);
    assert_eq!(*receiver.borrow(), 3);
}

#[test]
fn a_modification_that_panics_is_not_told_and_locks_nobody_out() {
    let (sender, mut receiver) = watch::channel(1);
    let modify = |value: &mut i32| {
        *value = 2;
        panic!("a modification that panics");
    };
    assert!(panics(|| sender.send_modify(modify)));
    assert!(!receiver.has_changed().unwrap());
    assert_eq!(*receiver.borrow_and_update(), 2);
    sender.send(3).unwrap();
    assert_eq!(*receiver.borrow(), 3);
}

#[test]
fn wait_for_asks_about_the_value_that_is_there() {
    let (sender, mut receiver) = watch::channel(1);
    assert!(
        !now(receiver.wait_for(|value| *value == 1))
            .unwrap()
            .has_changed()
    );
    let mut wait = Polled::new(receiver.wait_for(|value| *value >= 3));
    assert!(wait.poll().is_pending());
    sender.send(2).unwrap();
    assert!(wait.poll().is_pending());
    sender.send(3).unwrap();
    assert!(matches!(wait.poll(), Poll::Ready(Ok(value)) if *value == 3));
}

#[test]
fn wait_for_asks_about_the_last_value_and_then_ends() {
    let (sender, mut receiver) = watch::channel(1);
    sender.send(2).unwrap();
    drop(sender);
    assert_eq!(*now(receiver.wait_for(|value| *value == 2)).unwrap(), 2);
    assert_eq!(*now(receiver.wait_for(|value| *value == 2)).unwrap(), 2);
    let mut asked = 0;
    let never = |_: &i32| {
        asked += 1;
        false
    };
    assert!(now(receiver.wait_for(never)).is_err());
    assert_eq!(asked, 1);
}

#[test]
fn a_question_that_panics_locks_nobody_out() {
    let (sender, mut receiver) = watch::channel(1);
    assert!(panics(|| drop(now(
        receiver.wait_for(|_| panic!("a question"))
    ))));
    sender.send(2).unwrap();
    assert_eq!(*receiver.borrow(), 2);
}

#[test]
fn a_cancelled_wait_has_seen_nothing_and_leaves_no_waker() {
    let (sender, mut receiver) = watch::channel(0);
    let mut wait = Polled::new(receiver.changed());
    assert!(wait.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!(wait.wakes(), 1);
    drop(wait); // woken, and cancelled
    assert!(receiver.has_changed().unwrap());

    now(receiver.changed()).unwrap();
    let mut wait = Polled::new(receiver.changed());
    assert!(wait.poll().is_pending());
    wait.move_to_another_task();
    assert!(wait.poll().is_pending());
    assert_eq!(wait.wakers(), 1);
    assert_eq!(wait.cancel(), 0);
    let mut closed = Polled::new(sender.closed());
    assert!(closed.poll().is_pending());
    assert_eq!(closed.cancel(), 0);
    drop(receiver);
}

/// tokio-rs/tokio#5429: wakers were called and dropped under the lock.
#[test]
fn a_waker_may_use_the_channel_it_waits_for() {
    for end in ["sent", "cancelled", "closed"] {
        let (sender, mut receiver) = watch::channel(0);
        let sender = Rc::new(sender);
        let same = Rc::downgrade(&sender);
        let waker = || {
            let same = same.clone();
            intruder(move || {
                let Some(sender) = same.upgrade() else { return };
                let mut another = sender.subscribe();
                sender.send_modify(|number| *number += 1);
                assert!(*another.borrow_and_update() > 0);
            })
        };
        let (one, two) = (waker(), waker());
        let mut wait = Box::pin(receiver.changed());
        for waker in [one, two] {
            let ready = wait.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(ready.is_pending(), "the first is dropped by the second");
        }
        match end {
            "sent" => sender.send(1).unwrap(),
            "cancelled" => drop(wait),
            _ => drop(sender),
        }
    }
}

#[test]
fn a_waker_may_use_the_channel_when_the_last_sender_wakes_it() {
    let (sender, mut receiver) = watch::channel(0);
    let ear = receiver.clone();
    let waker = intruder(move || assert_eq!(ear.has_changed().is_err(), ear.is_closed()));
    let mut cx = Context::from_waker(&waker);
    let mut wait = Box::pin(receiver.changed());
    assert!(wait.as_mut().poll(&mut cx).is_pending());
    drop(sender);
    assert!(matches!(wait.as_mut().poll(&mut cx), Poll::Ready(Err(_))));
}

#[test]
fn a_waker_may_use_the_channel_when_it_is_cloned() {
    let (sender, mut receiver) = watch::channel(0);
    let ear = receiver.clone();
    let waker = cloned_by_an_intruder(move || assert!(ear.has_changed().is_ok()));
    let mut cx = Context::from_waker(&waker);
    assert!(
        Box::pin(receiver.changed())
            .as_mut()
            .poll(&mut cx)
            .is_pending()
    );
    assert!(
        Box::pin(sender.closed())
            .as_mut()
            .poll(&mut cx)
            .is_pending()
    );
}

#[test]
fn the_old_value_is_dropped_after_the_change() {
    let drops = Drops::default();
    let (sender, receiver) = watch::channel(drops.that_panics());
    assert!(panics(|| drop(sender.send(drops.value()))));
    assert_eq!(drops.count(), 1);
    assert!(receiver.has_changed().unwrap());
    drop((sender, receiver));
    assert_eq!(drops.count(), 2);
}

/// At random, two receivers beside a count of the versions.
#[test]
fn a_receiver_behaves_as_its_model() {
    for seed in 1..=100 {
        let mut dice = Dice(seed);
        let (sender, receiver) = watch::channel(0_u64);
        let mut sent = 0;
        let mut receivers = [(receiver.clone(), 0), (receiver, 0)];
        for _ in 0..200 {
            if dice.roll(3) == 0 {
                sent += 1;
                sender.send(sent).unwrap();
            }
            let (receiver, seen) = &mut receivers[dice.roll(2) as usize];
            step(receiver, seen, sent, &mut dice);
        }
    }
}

fn step(receiver: &mut Receiver<u64>, seen: &mut u64, sent: u64, dice: &mut Dice) {
    assert_eq!(receiver.has_changed().unwrap(), *seen != sent);
    assert_eq!(*receiver.borrow(), sent);
    match dice.roll(3) {
        0 => {
            let changed = Polled::new(receiver.changed()).poll().is_ready();
            assert_eq!(changed, *seen != sent);
            *seen = sent;
        }
        1 => {
            assert_eq!(receiver.borrow_and_update().has_changed(), *seen != sent);
            *seen = sent;
        }
        _ => {}
    }
}
