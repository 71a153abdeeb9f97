//! What `Notify` does, of whichever family: whom a notification reaches, and where it goes when that one has gone.

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::task::Context;

use crate::by_hand::{ByHand, now, shown_to_an_intruder};
use crate::family::Notify;
use crate::sync_support::{Dice, cloned_by_an_intruder, intruder};

#[test]
fn one_notification_is_stored_and_no_more() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    now(notify.notified());
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn notify_one_takes_the_first_and_notify_last_the_last() {
    let notify = Notify::new();
    let waiters = [0; 4].map(|_| ByHand::waiting(notify.notified()));
    notify.notify_one();
    notify.notify_last();
    assert_eq!(waiters.each_ref().map(ByHand::wakes), [1, 0, 0, 1]);
}

/// moonbitlang/async PR 160: woken, and cancelled at once, it swallowed the notification.
#[test]
fn one_who_is_notified_and_cancelled_passes_it_on() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    let second = ByHand::waiting(notify.notified());
    notify.notify_one();
    drop(first);
    second.ready_after_a_wake();
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn the_last_to_be_notified_passes_it_on_to_the_last() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    let middle = ByHand::waiting(notify.notified());
    let last = ByHand::waiting(notify.notified());
    notify.notify_last();
    drop(last);
    assert_eq!((first.wakes(), middle.wakes()), (0, 1));
}

#[test]
fn a_notification_that_nobody_is_left_for_is_stored() {
    let notify = Notify::new();
    let only = ByHand::waiting(notify.notified());
    notify.notify_one();
    drop(only);
    now(notify.notified());
}

#[test]
fn one_who_is_cancelled_in_the_queue_leaves_it() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    let second = ByHand::waiting(notify.notified());
    drop(first);
    notify.notify_one();
    second.ready_after_a_wake();
}

#[test]
fn notify_waiters_reaches_all_that_exist_and_stores_nothing() {
    let notify = Notify::new();
    let waiting = ByHand::waiting(notify.notified());
    let unpolled = notify.notified();
    notify.notify_waiters();
    waiting.ready_after_a_wake();
    now(unpolled);
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn one_who_is_notified_with_all_and_cancelled_passes_nothing_on() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    notify.notify_waiters();
    drop(first);
    drop(ByHand::waiting(notify.notified()));
}

/// tokio-rs/tokio#5396, PR 5458: those who came while the others were being woken, in portions, were served as well.
#[test]
fn one_who_comes_while_all_are_woken_is_not_among_them() {
    const MANY: usize = 100;
    let notify: &'static Notify = Box::leak(Box::default());
    let late: &'static RefCell<Vec<_>> = Box::leak(Box::default());
    let mut first = Box::pin(notify.notified());
    let waker = intruder(|| {
        let mut notified = ByHand::new(notify.notified());
        assert!(notified.poll().is_pending(), "a broadcast is not stored");
        late.borrow_mut().push(notified);
    });
    let mut cx = Context::from_waker(&waker);
    assert!(first.as_mut().poll(&mut cx).is_pending());
    let waiting: Vec<_> = (0..MANY)
        .map(|_| ByHand::waiting(notify.notified()))
        .collect();
    notify.notify_waiters();
    waiting.into_iter().for_each(ByHand::ready_after_a_wake);
    assert!(first.as_mut().poll(&mut cx).is_ready());
    assert!(!late.borrow().is_empty());
    for notified in late.borrow_mut().iter_mut() {
        assert!(notified.poll().is_pending() && !notified.is_woken());
    }
}

#[test]
fn a_notification_for_one_survives_one_for_all() {
    let notify = Notify::new();
    let chosen = ByHand::waiting(notify.notified());
    notify.notify_one();
    notify.notify_waiters();
    let late = ByHand::waiting(notify.notified());
    drop(chosen);
    late.ready_after_a_wake();
}

#[test]
fn an_unpolled_future_leaves_the_stored_notification_to_another() {
    let notify = Notify::new();
    let notified = notify.notified();
    notify.notify_waiters();
    notify.notify_one();
    now(notified);
    now(notify.notified());
}

#[test]
fn an_enabled_future_is_in_the_queue() {
    let notify = Notify::new();
    let mut notified = pin!(notify.notified());
    assert!(!notified.as_mut().enable());
    notify.notify_one();
    drop(ByHand::waiting(notify.notified()));
    assert!(notified.as_mut().enable());
    now(notified);
}

#[test]
fn an_enabled_future_keeps_the_waker_it_was_polled_with() {
    let notify = Notify::new();
    let mut notified = Box::pin(notify.notified());
    let by_hand = ByHand::waiting(std::future::poll_fn(|cx| notified.as_mut().poll(cx)));
    drop(by_hand);
    assert!(!notified.as_mut().enable());
    let by_hand = ByHand::waiting(std::future::poll_fn(|cx| {
        let poll = notified.as_mut().poll(cx);
        let enabled = notified.as_mut().enable();
        assert_eq!(poll.is_ready(), enabled);
        poll
    }));
    notify.notify_one();
    by_hand.ready_after_a_wake();
}

#[test]
fn a_waker_may_use_the_notify_it_waits_for() {
    let notify: &'static Notify = Box::leak(Box::default());
    let poll = |notified: Pin<&mut _>| {
        let waker = intruder(|| notify.notify_one());
        Future::poll(notified, &mut Context::from_waker(&waker))
    };
    let mut notified = Box::pin(notify.notified());
    assert!(poll(notified.as_mut()).is_pending());
    assert!(
        poll(notified.as_mut()).is_pending(),
        "drops the first waker, which notifies"
    );
    assert!(poll(notified.as_mut()).is_ready());
    now(notify.notified()); // stored by a waker that was dropped

    let mut cancelled = Box::pin(notify.notified());
    assert!(poll(cancelled.as_mut()).is_pending());
    drop(cancelled);
    now(notify.notified());

    let mut broadcast = Box::pin(notify.notified());
    assert!(poll(broadcast.as_mut()).is_pending());
    notify.notify_waiters();
    assert!(poll(broadcast.as_mut()).is_ready());
}

/// Seen to fail: it hung, since the lock was held meanwhile.
#[test]
fn a_formatter_may_use_the_notify_it_shows() {
    let notify = Notify::new();
    let text = shown_to_an_intruder(&notify, Notify::notify_one);
    assert!(text.contains("stored: false"), "{text}");
}

/// How many histories. Miri would take minutes for all.
const SEEDS: u64 = if cfg!(miri) { 5 } else { 100 };

/// The same operations, at random, on a `Notify` and on a list of who waits.
#[test]
fn a_notify_behaves_as_its_model() {
    for seed in 1..=SEEDS {
        let mut dice = Dice(seed);
        let notify = Notify::new();
        let mut stored = false;
        // who waits, or was notified and has not looked yet: each with whether it was notified
        let mut waiting = Vec::new();
        for _ in 0..200 {
            match dice.roll(5) {
                0 | 1 => {
                    let mut notified = ByHand::new(notify.notified());
                    let ready = notified.poll().is_ready();
                    assert_eq!(ready, std::mem::take(&mut stored), "seed {seed}");
                    if !ready {
                        waiting.push((false, notified));
                    }
                }
                2 => {
                    notify.notify_one();
                    notify_first(&mut waiting, &mut stored);
                }
                3 if !waiting.is_empty() => {
                    let place = dice.roll(waiting.len() as u64) as usize;
                    let (was_notified, cancelled) = waiting.remove(place);
                    drop(cancelled);
                    if was_notified {
                        notify_first(&mut waiting, &mut stored);
                    }
                }
                4 if !waiting.is_empty() => {
                    let place = dice.roll(waiting.len() as u64) as usize;
                    let (was_notified, notified) = &mut waiting[place];
                    assert_eq!(notified.poll().is_ready(), *was_notified, "seed {seed}");
                    if *was_notified {
                        waiting.remove(place);
                    }
                }
                _ => {}
            }
            for (was_notified, notified) in &waiting {
                assert_eq!(notified.is_woken(), *was_notified, "seed {seed}");
            }
        }
    }
}

/// What `notify_one` should do, in the plainest way.
fn notify_first<F>(waiting: &mut [(bool, F)], stored: &mut bool) {
    match waiting.iter_mut().find(|(was_notified, _)| !was_notified) {
        Some((was_notified, _)) => *was_notified = true,
        None => *stored = true,
    }
}

#[test]
fn a_waker_may_use_what_it_waits_for_when_it_is_cloned() {
    let notify: &'static Notify = Box::leak(Box::default());
    let waker = cloned_by_an_intruder(|| notify.notify_waiters());
    let mut cx = Context::from_waker(&waker);
    let mut late = pin!(notify.notified());
    assert!(late.as_mut().poll(&mut cx).is_ready(), "it is older");
    let mut waiting = ByHand::waiting(notify.notified());
    assert!(
        waiting.future().poll(&mut cx).is_ready(),
        "it was served meanwhile"
    );
}
