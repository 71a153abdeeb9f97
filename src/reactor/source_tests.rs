use super::*;
use std::sync::Arc;
use std::task::Wake;

struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

/// A waker like no other.
fn waker() -> Waker {
    Arc::new(Nobody).into()
}

fn woken(source: &mut Source, readiness: Readiness) -> usize {
    let mut wakers = Vec::new();
    source.event(readiness, &mut wakers);
    wakers.len()
}

#[test]
fn an_event_wakes_everyone_who_waits_for_its_direction_and_nobody_else() {
    let mut source = Source::new(false);
    let (one, two, three) = (waker(), waker(), waker());
    source.poller(Direction::Read, &one);
    source.poller(Direction::Read, &one); // polled again: still once
    source.poller(Direction::Read, &two);
    source.poller(Direction::Write, &three);
    source.wait(Direction::Read, &three, &mut None);
    assert_eq!(woken(&mut source, Readiness::READ), 3);
    assert_eq!(source.awaited(), Readiness::WRITE);
    assert_eq!(woken(&mut source, Readiness::WRITE), 1);
    assert_eq!(source.awaited(), Readiness::NONE);
}

#[test]
fn a_future_that_left_is_not_woken() {
    let mut source = Source::new(false);
    let mut waiter = None;
    source.wait(Direction::Read, &waker(), &mut waiter);
    source.wait(Direction::Read, &waker(), &mut None);
    assert!(source.leave(Direction::Read, waiter.unwrap()).is_some());
    assert!(source.leave(Direction::Read, waiter.unwrap()).is_none());
    assert_eq!(woken(&mut source, Readiness::READ), 1);
}

#[test]
fn a_future_polled_again_waits_once_with_its_last_waker() {
    let mut source = Source::new(false);
    let mut waiter = None;
    let last = waker();
    source.wait(Direction::Read, &waker(), &mut waiter);
    let first = waiter;
    source.wait(Direction::Read, &last, &mut waiter);
    assert_eq!(first, waiter);
    let mut wakers = Vec::new();
    source.event(Readiness::READ, &mut wakers);
    assert_eq!(wakers.len(), 1);
    assert!(wakers[0].will_wake(&last));
}

#[test]
fn a_short_read_empties_a_source_unless_the_peer_has_ended() {
    let mut source = Source::new(true);
    source.drained(Direction::Read);
    assert!(!source.is_ready(Direction::Read));
    assert!(source.is_ready(Direction::Write));
    woken(&mut source, Readiness::READ.with(Readiness::SUSPECT));
    source.drained(Direction::Read);
    assert!(
        source.is_ready(Direction::Read),
        "the end is still to be read"
    );
    source.clear(Direction::Read);
    assert!(!source.is_ready(Direction::Read));
}

#[test]
fn pollers_that_are_never_woken_do_not_gather_without_end() {
    let mut source = Source::new(false);
    let mut given_back = 0;
    for _ in 0..10_000 {
        given_back += usize::from(source.poller(Direction::Read, &waker()).is_some());
    }
    assert!(given_back >= 10_000 - MOST_POLLERS - 2, "{given_back}");
    assert_eq!(woken(&mut source, Readiness::READ), 10_000 - given_back);
}

#[test]
fn what_is_assumed_is_worth_a_try_and_no_news() {
    let mut source = Source::new(true);
    assert!(source.is_ready(Direction::Read));
    assert!(!source.is_known_ready(Direction::Read));
    woken(&mut source, Readiness::WRITE);
    assert!(source.is_known_ready(Direction::Write));
    assert!(
        !source.is_ready(Direction::Read),
        "the event would have said so"
    );
}
