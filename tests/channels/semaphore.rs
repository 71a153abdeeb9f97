//! What a semaphore does, of whichever family: who gets a permit, in which order, and where it goes when nobody wants
//! it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::Shared;
use crate::by_hand::{ByHand, now, shown_to_an_intruder};
use crate::family::{Semaphore, SemaphorePermit, TryAcquireError};
use crate::sync_support::{Dice, cloned_by_an_intruder, intruder};

#[test]
fn permits_go_to_those_who_came_first() {
    let semaphore = Semaphore::new(0);
    let mut first = ByHand::waiting(semaphore.acquire());
    let second = ByHand::waiting(semaphore.acquire());
    semaphore.add_permits(1);
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    let Poll::Ready(Ok(permit)) = first.poll() else {
        panic!("woken, but not ready");
    };
    drop(permit);
    drop(second.ready_after_a_wake().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn one_who_wants_many_is_not_overtaken() {
    let semaphore = Semaphore::new(2);
    let many = ByHand::waiting(semaphore.acquire_many(3));
    assert_eq!(semaphore.available_permits(), 0);
    assert_eq!(
        semaphore.try_acquire().unwrap_err(),
        TryAcquireError::NoPermits
    );
    let one = ByHand::waiting(semaphore.acquire());
    semaphore.add_permits(1);
    assert!(!one.is_woken());
    assert_eq!(many.ready_after_a_wake().unwrap().num_permits(), 3);
    assert!(one.is_woken());
}

/// tokio-rs/tokio#900: it kept the permit, or lost it.
#[test]
fn a_cancelled_waiter_passes_its_permit_on() {
    let semaphore = Semaphore::new(0);
    let first = ByHand::waiting(semaphore.acquire());
    let second = ByHand::waiting(semaphore.acquire());
    semaphore.add_permits(1);
    assert!(first.is_woken());
    drop(first);
    drop(second.ready_after_a_wake().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn a_waiter_cancelled_before_its_turn_leaves_the_queue() {
    let semaphore = Semaphore::new(0);
    let first = ByHand::waiting(semaphore.acquire());
    let middle = ByHand::waiting(semaphore.acquire());
    let last = ByHand::waiting(semaphore.acquire());
    drop(middle);
    semaphore.add_permits(2);
    assert_eq!((first.wakes(), last.wakes()), (1, 1));
}

#[test]
fn a_cancelled_waiter_of_many_gives_back_what_it_had_gathered() {
    let semaphore = Semaphore::new(2);
    let many = ByHand::waiting(semaphore.acquire_many(5));
    let one = ByHand::waiting(semaphore.acquire());
    semaphore.add_permits(1);
    assert_eq!(semaphore.available_permits(), 0);
    drop(many);
    drop(one.ready_after_a_wake().unwrap());
    assert_eq!(semaphore.available_permits(), 3);
}

#[test]
fn a_future_that_was_never_polled_has_no_place() {
    let semaphore = Semaphore::new(0);
    let unpolled = semaphore.acquire();
    let polled = ByHand::waiting(semaphore.acquire());
    semaphore.add_permits(1);
    assert!(polled.is_woken());
    drop(unpolled);
}

#[test]
fn the_latest_waker_is_the_one_that_is_called() {
    let semaphore = Semaphore::new(0);
    let mut acquire = Box::pin(semaphore.acquire());
    let mut other = ByHand::new(std::future::poll_fn(|cx| acquire.as_mut().poll(cx)));
    assert!(other.poll().is_pending());
    drop(other);
    let last = ByHand::waiting(std::future::poll_fn(|cx| acquire.as_mut().poll(cx)));
    semaphore.add_permits(1);
    assert!(last.ready_after_a_wake().is_ok());
}

#[test]
fn close_wakes_everyone_with_an_error() {
    let semaphore = Semaphore::new(0);
    let first = ByHand::waiting(semaphore.acquire());
    let second = ByHand::waiting(semaphore.acquire_many(2));
    assert!(!semaphore.is_closed());
    semaphore.close();
    assert!(first.ready_after_a_wake().is_err());
    assert!(second.ready_after_a_wake().is_err());
    assert!(semaphore.is_closed());
    assert!(now(semaphore.acquire()).is_err());
    assert_eq!(
        semaphore.try_acquire().unwrap_err(),
        TryAcquireError::Closed
    );
}

#[test]
fn close_loses_no_permit_that_was_given() {
    let semaphore = Semaphore::new(1);
    let gathering = ByHand::waiting(semaphore.acquire_many(3));
    semaphore.close();
    drop(gathering);
    assert_eq!(semaphore.available_permits(), 1);

    let semaphore = Semaphore::new(0);
    let served = ByHand::waiting(semaphore.acquire());
    semaphore.add_permits(1);
    semaphore.close();
    assert!(served.ready_after_a_wake().is_err());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn no_permits_are_always_there() {
    let semaphore = Semaphore::new(0);
    let waiting = ByHand::waiting(semaphore.acquire());
    assert_eq!(now(semaphore.acquire_many(0)).unwrap().num_permits(), 0);
    drop(waiting);
}

#[test]
fn too_many_permits_panic_and_change_nothing() {
    assert_eq!(Semaphore::MAX_PERMITS, usize::MAX >> 3, "as in tokio");
    let semaphore = Semaphore::new(1);
    let result = catch_unwind(AssertUnwindSafe(|| {
        semaphore.add_permits(Semaphore::MAX_PERMITS)
    }));
    assert!(result.is_err());
    assert_eq!(semaphore.available_permits(), 1);
    semaphore.add_permits(Semaphore::MAX_PERMITS - 1);
    assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
    assert!(catch_unwind(|| Semaphore::new(Semaphore::MAX_PERMITS + 1)).is_err());
}

#[test]
fn a_permit_for_which_there_is_no_room_any_more_is_dropped_in_peace() {
    let semaphore = Shared::new(Semaphore::new(2));
    let permit = semaphore.try_acquire().unwrap();
    let owned = semaphore.clone().try_acquire_owned().unwrap();
    semaphore.add_permits(Semaphore::MAX_PERMITS);
    drop((permit, owned));
    assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
}

#[test]
fn a_forgotten_permit_does_not_come_back() {
    let semaphore = Shared::new(Semaphore::new(3));
    semaphore.try_acquire_many(2).unwrap().forget();
    semaphore.clone().try_acquire_owned().unwrap().forget();
    assert_eq!(semaphore.available_permits(), 0);
    semaphore.add_permits(1);
    assert_eq!(semaphore.forget_permits(2), 1);
    assert_eq!(semaphore.available_permits(), 0);
}

#[test]
fn permits_merge_and_split_without_a_loss() {
    let semaphore = Shared::new(Semaphore::new(7));
    /// The same for a permit that borrows the semaphore and for one that owns a share of it.
    macro_rules! merge_and_split {
        (|$n:ident| $take:expr) => {
            let take = |$n| $take.unwrap();
            let mut permit = take(3);
            permit.merge(take(2));
            assert_eq!(permit.num_permits(), 5);
            assert!(permit.split(6).is_none());
            let part = permit.split(2).unwrap();
            assert_eq!((permit.num_permits(), part.num_permits()), (3, 2));
            drop(part);
            assert_eq!(semaphore.available_permits(), 4);
            drop(permit);
            assert_eq!(semaphore.available_permits(), 7);
        };
    }
    merge_and_split!(|n| semaphore.try_acquire_many(n));
    merge_and_split!(|n| semaphore.clone().try_acquire_many_owned(n));
}

#[test]
fn permits_of_different_semaphores_do_not_merge() {
    let (first, second) = (Semaphore::new(1), Semaphore::new(1));
    let mut permit = first.try_acquire().unwrap();
    let other = second.try_acquire().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| permit.merge(other))).is_err());
    drop(permit);
    assert_eq!(
        (first.available_permits(), second.available_permits()),
        (1, 1)
    );
}

#[test]
fn an_owned_permit_outlives_its_handle() {
    let semaphore = Shared::new(Semaphore::new(2));
    let permit = now(semaphore.clone().acquire_owned()).unwrap();
    let waiting = ByHand::waiting(semaphore.clone().acquire_many_owned(2));
    drop(semaphore);
    drop(permit);
    assert_eq!(waiting.ready_after_a_wake().unwrap().num_permits(), 2);
}

/// Polls with a new intruder, which lets the one before it be dropped.
fn poll_for_an_intruder<F: Future>(
    semaphore: &Shared<Semaphore>,
    future: Pin<&mut F>,
) -> Poll<F::Output> {
    let same = semaphore.clone();
    let waker = intruder(move || drop(same.try_acquire()));
    future.poll(&mut Context::from_waker(&waker))
}

#[test]
fn a_waker_may_use_the_semaphore_it_waits_for() {
    let semaphore = Shared::new(Semaphore::new(0));
    let mut acquire = Box::pin(semaphore.acquire());
    assert!(poll_for_an_intruder(&semaphore, acquire.as_mut()).is_pending());
    assert!(poll_for_an_intruder(&semaphore, acquire.as_mut()).is_pending());
    semaphore.add_permits(1);
    assert!(poll_for_an_intruder(&semaphore, acquire.as_mut()).is_ready());

    let mut cancelled = Box::pin(semaphore.acquire_many(2));
    assert!(poll_for_an_intruder(&semaphore, cancelled.as_mut()).is_pending());
    drop(cancelled);

    let mut closed = Box::pin(semaphore.acquire_many(2));
    assert!(poll_for_an_intruder(&semaphore, closed.as_mut()).is_pending());
    semaphore.close();
    assert!(poll_for_an_intruder(&semaphore, closed.as_mut()).is_ready());
}

#[test]
fn a_waker_may_use_the_semaphore_when_it_is_cloned() {
    let semaphore = Shared::new(Semaphore::new(0));
    let same = semaphore.clone();
    let waker = cloned_by_an_intruder(move || same.add_permits(1));
    let mut cx = Context::from_waker(&waker);
    let mut three = Box::pin(semaphore.acquire_many(3));
    assert!(
        three.as_mut().poll(&mut cx).is_pending(),
        "has one of three"
    );
    assert!(three.as_mut().poll(&mut cx).is_pending(), "has two");
    assert!(three.as_mut().poll(&mut cx).is_ready());
}

/// Seen to fail: it hung, since the lock was held meanwhile.
#[test]
fn a_formatter_may_use_the_semaphore_it_shows() {
    let semaphore = Semaphore::new(2);
    let text = shown_to_an_intruder(&semaphore, |semaphore| drop(semaphore.try_acquire()));
    assert!(text.contains("permits: 2"), "{text}");
}

/// What the semaphore should do, in the plainest way: a pool, and a queue of who still needs how many.
#[derive(Default)]
struct Model {
    pool: usize,
    queue: VecDeque<(usize, usize)>,
}

impl Model {
    fn give(&mut self, mut permits: usize) {
        while let Some((_, needed)) = self.queue.front_mut() {
            let given = permits.min(*needed);
            *needed -= given;
            permits -= given;
            if *needed > 0 {
                return;
            }
            self.queue.pop_front();
        }
        self.pool += permits;
    }

    fn enter(&mut self, id: usize, wanted: usize) -> bool {
        let taken = wanted.min(self.pool);
        self.pool -= taken;
        if taken < wanted {
            self.queue.push_back((id, wanted - taken));
        }
        taken == wanted
    }

    /// How many it had been given.
    fn leave(&mut self, id: usize, wanted: usize) -> usize {
        let place = self.queue.iter().position(|(waiting, _)| *waiting == id);
        let needed = place.map_or(0, |place| self.queue.remove(place).unwrap().1);
        wanted - needed
    }

    fn is_served(&self, id: usize) -> bool {
        self.queue.iter().all(|(waiting, _)| *waiting != id)
    }
}

/// How many histories. Miri would take minutes for all.
const SEEDS: u64 = if cfg!(miri) { 5 } else { 100 };

#[test]
fn it_does_as_a_plain_model_does_whatever_is_cancelled() {
    for seed in 1..=SEEDS {
        let mut dice = Dice(seed);
        let semaphore = Semaphore::new(3);
        let mut model = Model {
            pool: 3,
            ..Model::default()
        };
        let mut waiting = Vec::new();
        let mut held: Vec<SemaphorePermit<'_>> = Vec::new();
        for id in 0..200 {
            match dice.roll(5) {
                0 | 1 => {
                    let wanted = dice.roll(4) as usize;
                    let mut acquire = ByHand::new(semaphore.acquire_many(wanted as u32));
                    let polled = acquire.poll();
                    assert_eq!(polled.is_ready(), model.enter(id, wanted));
                    match polled {
                        Poll::Ready(permit) => held.push(permit.unwrap()),
                        Poll::Pending => waiting.push((id, wanted, acquire)),
                    }
                }
                2 if !held.is_empty() => {
                    let permit = held.swap_remove(dice.roll(held.len() as u64) as usize);
                    model.give(permit.num_permits());
                    drop(permit);
                }
                3 if !waiting.is_empty() => {
                    let (id, wanted, acquire) =
                        waiting.swap_remove(dice.roll(waiting.len() as u64) as usize);
                    let given = model.leave(id, wanted);
                    model.give(given);
                    drop(acquire);
                }
                4 if !waiting.is_empty() => {
                    let place = dice.roll(waiting.len() as u64) as usize;
                    let (id, _, acquire) = &mut waiting[place];
                    let polled = acquire.poll();
                    assert_eq!(polled.is_ready(), model.is_served(*id));
                    if let Poll::Ready(permit) = polled {
                        held.push(permit.unwrap());
                        waiting.swap_remove(place);
                    }
                }
                _ => {}
            }
            assert_eq!(semaphore.available_permits(), model.pool);
            for (id, _, acquire) in &waiting {
                assert_eq!(acquire.is_woken(), model.is_served(*id), "seed {seed}");
            }
        }
        waiting.clear();
        held.clear();
        assert_eq!(semaphore.available_permits(), 3, "seed {seed}");
    }
}
