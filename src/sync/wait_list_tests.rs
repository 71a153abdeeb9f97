//! The wait list against a `VecDeque`, and its keys.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Waker;

use super::{Key, WaitList};
use crate::waker::{Ring, WakeList, waker};

#[derive(Default)]
struct Count(AtomicUsize);

impl Ring for Count {
    fn ring(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn who_is_served_is_woken_after_it_and_found_by_its_key() {
    let bell = Arc::new(Count::default());
    let mut list = WaitList::new();
    let first = list.push(Some(waker(bell.clone())), 1);
    let second = list.push(None, 2);
    let mut wakers = WakeList::new();
    *list.serve_first(&mut wakers).unwrap() += 10;
    assert_eq!(bell.0.load(Relaxed), 0);
    wakers.wake_all();
    assert_eq!(bell.0.load(Relaxed), 1);
    assert!(!list.get_mut(first).unwrap().is_queued());
    assert_eq!(list.remove(first).unwrap().value, 11);
    assert!(list.get_mut(second).unwrap().is_queued());
}

#[test]
fn a_key_finds_nobody_who_has_its_slot_later() {
    let mut list = WaitList::new();
    let gone = list.push(None, 1);
    assert!(list.remove(gone).is_some());
    let later = list.push(None, 2);
    assert_eq!(gone.index, later.index);
    assert!(list.get_mut(gone).is_none());
    assert!(list.remove(gone).is_none());
    assert_eq!(list.remove(later).unwrap().value, 2);
}

#[test]
fn a_waiter_changes_its_waker_until_it_is_served() {
    let bells = [(); 2].map(|()| Arc::new(Count::default()));
    let [old, new] = bells.each_ref().map(|bell| waker(bell.clone()));
    let mut list = WaitList::new();
    let key = list.push(Some(old.clone()), ());
    let mut given = Some(new);
    assert!(list.poll_served(key, &mut given).is_pending());
    assert!(given.is_some_and(|given| given.will_wake(&old)));
    assert!(list.poll_served(key, &mut None).is_pending());
    let mut wakers = WakeList::new();
    list.serve_all(&mut wakers);
    wakers.wake_all();
    assert!(list.poll_served(key, &mut None).is_ready());
    assert_eq!(bells.map(|bell| bell.0.load(Relaxed)), [0, 1]);
}

#[test]
fn it_does_as_a_queue_does_in_any_order_of_calls() {
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 32) as usize % limit
    };
    let mut list = WaitList::new();
    let mut queue = VecDeque::new();
    let mut keys: Vec<(Key, usize)> = Vec::new();
    let mut wakers = WakeList::new();
    for number in 0..20_000 {
        match below(5) {
            0 | 1 => {
                keys.push((list.push(Some(Waker::noop().clone()), number), number));
                queue.push_back(number);
            }
            2 => assert_eq!(list.serve_first(&mut wakers).copied(), queue.pop_front()),
            3 => assert_eq!(list.serve_last(&mut wakers).copied(), queue.pop_back()),
            _ if keys.is_empty() => {}
            _ => {
                let (key, number) = keys.swap_remove(below(keys.len()));
                let waiter = list.remove(key).unwrap();
                assert_eq!(waiter.value, number);
                assert_eq!(waiter.is_queued(), queue.contains(&number));
                queue.retain(|waiting| *waiting != number);
            }
        }
        assert_eq!(list.first_mut().copied(), queue.front().copied());
        assert_eq!(list.is_empty(), queue.is_empty());
    }
    for (key, _) in keys {
        assert!(list.remove(key).is_some());
    }
    let room = list.slots.len();
    list.push(None, 0);
    assert_eq!(list.slots.len(), room, "a free slot is used again");
}
