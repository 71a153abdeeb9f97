//! broadcast: every value to every receiver, the lag of those who are slow, and what is kept for whom.

mod sync_support;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use sync_support::{Dice, Drops, Polled, cloned_by_an_intruder, intruder, now, panics};
use toque::sync::broadcast::error::{RecvError, TryRecvError};
use toque::sync::broadcast::{self, Receiver, Sender};

#[test]
fn every_receiver_gets_every_value() {
    let (sender, mut first) = broadcast::channel(4);
    let mut second = sender.subscribe();
    assert_eq!(sender.send(1).unwrap(), 2);
    assert_eq!(sender.send(2).unwrap(), 2);
    for receiver in [&mut first, &mut second] {
        assert_eq!(now(receiver.recv()), Ok(1));
        assert_eq!(now(receiver.recv()), Ok(2));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    }
}

#[test]
fn every_receiver_that_waits_is_woken() {
    let (sender, mut first) = broadcast::channel(4);
    let mut second = sender.subscribe();
    let (mut first, mut second) = (Polled::new(first.recv()), Polled::new(second.recv()));
    assert!(first.poll().is_pending() && second.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!((first.wakes(), second.wakes()), (1, 1));
    assert_eq!(first.poll(), Poll::Ready(Ok(1)));
    assert_eq!(second.poll(), Poll::Ready(Ok(1)));
}

#[test]
fn a_receiver_gets_what_is_sent_after_it_came() {
    let (sender, first) = broadcast::channel(4);
    sender.send(1).unwrap();
    let (mut late, mut again) = (sender.subscribe(), first.resubscribe());
    sender.send(2).unwrap();
    assert_eq!((late.try_recv(), again.try_recv()), (Ok(2), Ok(2)));
    assert_eq!(first.len(), 2);
}

#[test]
fn a_send_without_receivers_gives_the_value_back() {
    let (sender, receiver) = broadcast::channel(4);
    drop(receiver);
    assert_eq!(sender.send(1).unwrap_err().0, 1);
    let mut late = sender.subscribe();
    sender.send(2).unwrap();
    assert_eq!(late.try_recv(), Ok(2));
}

#[test]
fn a_slow_receiver_is_told_once_what_it_lost() {
    let (sender, mut receiver) = broadcast::channel(2);
    (1..=5).for_each(|number| drop(sender.send(number)));
    assert_eq!(receiver.len(), 5);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(3)));
    assert_eq!(receiver.len(), 2);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(4), Ok(5)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn lag_is_each_receivers_own() {
    let (sender, mut slow) = broadcast::channel(1);
    let mut fast = sender.subscribe();
    for number in 1..=3 {
        sender.send(number).unwrap();
        assert_eq!(fast.try_recv(), Ok(number));
    }
    assert_eq!(now(slow.recv()), Err(RecvError::Lagged(2)));
    assert_eq!(now(slow.recv()), Ok(3));
}

#[test]
fn the_capacity_is_a_power_of_two() {
    let (sender, mut receiver) = broadcast::channel(3);
    (1..=4).for_each(|number| drop(sender.send(number)));
    assert_eq!(receiver.try_recv(), Ok(1));
    sender.send(5).unwrap();
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[test]
fn the_end_comes_after_the_last_value() {
    let (sender, mut receiver) = broadcast::channel(2);
    let same = sender.clone();
    drop(sender);
    (1..=3).for_each(|number| drop(same.send(number)));
    drop(same);
    assert!(receiver.is_closed());
    assert_eq!(now(receiver.recv()), Err(RecvError::Lagged(1)));
    assert_eq!((now(receiver.recv()), now(receiver.recv())), (Ok(2), Ok(3)));
    assert_eq!(now(receiver.recv()), Err(RecvError::Closed));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(now(receiver.resubscribe().recv()), Err(RecvError::Closed));
}

#[test]
fn the_last_sender_ends_the_wait() {
    let (sender, mut receiver) = broadcast::channel::<u32>(2);
    let weak = sender.downgrade();
    assert_eq!(
        (receiver.sender_strong_count(), receiver.sender_weak_count()),
        (1, 1)
    );
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    drop(sender);
    assert_eq!(wait.wakes(), 1);
    assert_eq!(wait.poll(), Poll::Ready(Err(RecvError::Closed)));
    assert!(weak.upgrade().is_none());
}

/// tokio-rs/tokio#4814: who subscribed after the end waited for ever.
#[test]
fn who_subscribes_after_the_end_learns_of_it() {
    let (sender, receiver) = broadcast::channel(2);
    sender.send(1).unwrap();
    drop(sender);
    let mut late = receiver.resubscribe();
    assert_eq!(late.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(now(late.recv()), Err(RecvError::Closed));
}

#[test]
fn ends_count_each_other() {
    let (sender, receiver) = broadcast::channel::<i32>(4);
    let _second = (sender.clone(), receiver.resubscribe());
    let weak = [sender.downgrade(), sender.downgrade()];
    assert_eq!((sender.strong_count(), sender.weak_count()), (2, 2));
    assert_eq!((weak[0].strong_count(), weak[0].weak_count()), (2, 2));
    let senders = (receiver.sender_strong_count(), receiver.sender_weak_count());
    assert_eq!(senders, (2, 2));
    assert_eq!(sender.receiver_count(), 2);
    drop(weak);
    assert_eq!(sender.weak_count(), 0);
}

#[test]
fn ends_know_their_channel() {
    let (sender, receiver) = broadcast::channel::<i32>(4);
    let (other_sender, other_receiver) = broadcast::channel(4);
    assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&other_sender));
    assert!(receiver.same_channel(&receiver.resubscribe()));
    assert!(!receiver.same_channel(&other_receiver));
}

#[test]
fn a_channel_is_empty_until_something_is_sent_and_after_all_have_it() {
    let (sender, mut receiver) = broadcast::channel(4);
    assert!(sender.is_empty() && receiver.is_empty());
    sender.send(1).unwrap();
    assert!(!sender.is_empty() && !receiver.is_empty());
    receiver.try_recv().unwrap();
    assert!(sender.is_empty() && receiver.is_empty());
}

#[test]
fn a_weak_sender_sends_as_long_as_there_is_a_strong_one() {
    let (sender, mut receiver) = broadcast::channel(4);
    let weak = sender.downgrade();
    let same = weak.upgrade().unwrap();
    drop(sender);
    same.send(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(!receiver.is_closed());
    drop(same);
    assert!(weak.upgrade().is_none() && receiver.is_closed());
}

#[test]
fn closed_waits_until_no_receiver_is_left() {
    let (sender, receiver) = broadcast::channel::<u32>(2);
    let mut closed = Polled::new(sender.closed());
    assert!(closed.poll().is_pending());
    let same = receiver.resubscribe();
    drop(receiver);
    assert_eq!(closed.wakes(), 0);
    drop(same);
    assert_eq!(closed.wakes(), 1);
    assert!(closed.poll().is_ready());
    now(Sender::<u32>::new(1).closed());
}

#[test]
fn a_value_is_kept_until_the_last_receiver_has_it() {
    let drops = Drops::default();
    let (sender, mut first) = broadcast::channel(2);
    let mut second = sender.subscribe();
    assert!(sender.send(drops.value()).is_ok());
    assert_eq!(sender.len(), 1);
    drop(first.try_recv());
    assert_eq!((drops.count(), sender.len()), (1, 1)); // the first one's clone
    drop(second.try_recv());
    assert_eq!((drops.count(), sender.len()), (3, 0)); // the second one's, and the value
    assert!(sender.is_empty());
}

#[test]
fn an_overwritten_value_is_dropped() {
    let drops = Drops::default();
    let (sender, _receiver) = broadcast::channel(1);
    assert!(sender.send(drops.value()).is_ok());
    assert!(sender.send(drops.value()).is_ok());
    assert_eq!((drops.count(), sender.len()), (1, 1));
}

#[test]
fn a_dropped_receiver_gives_up_what_was_kept_for_it() {
    let drops = Drops::default();
    let (sender, mut first) = broadcast::channel(2);
    let second = sender.subscribe();
    (0..3).for_each(|_| drop(sender.send(drops.value()))); // one is overwritten
    assert_eq!(drops.count(), 1);
    drop(second);
    assert_eq!((drops.count(), sender.len()), (1, 2));
    assert!(matches!(first.try_recv(), Err(TryRecvError::Lagged(1))));
    drop(first);
    assert_eq!((drops.count(), sender.len()), (3, 0));
}

#[test]
fn a_drop_that_panics_keeps_no_other_from_being_dropped() {
    let drops = Drops::default();
    let (sender, receiver) = broadcast::channel(2);
    assert!(sender.send(drops.that_panics()).is_ok());
    assert!(sender.send(drops.value()).is_ok());
    assert!(panics(|| drop(receiver)));
    assert_eq!(drops.count(), 2);
    assert_eq!(sender.receiver_count(), 0);
}

#[test]
fn a_clone_that_panics_passes_the_value_over() {
    #[derive(Debug, PartialEq)]
    struct Fragile(u32, Arc<()>);
    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert_ne!(self.0, 1, "a clone that panics");
            Self(self.0, self.1.clone())
        }
    }
    let kept = Arc::new(());
    let (sender, mut first) = broadcast::channel(4);
    let mut second = sender.subscribe();
    sender.send(Fragile(1, kept.clone())).unwrap();
    sender.send(Fragile(2, Arc::default())).unwrap();
    for receiver in [&mut first, &mut second] {
        assert!(panics(|| drop(receiver.try_recv())));
        assert_eq!(receiver.try_recv().unwrap().0, 2);
    }
    assert!(sender.is_empty());
    assert_eq!(Arc::strong_count(&kept), 1, "nobody waits for it any more");
}

#[test]
fn a_cancelled_wait_has_taken_nothing_and_leaves_no_waker() {
    let (sender, mut receiver) = broadcast::channel(2);
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!(wait.wakes(), 1);
    drop(wait); // woken, and cancelled
    assert_eq!(receiver.try_recv(), Ok(1));

    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    wait.move_to_another_task();
    assert!(wait.poll().is_pending());
    assert_eq!(wait.wakers(), 1);
    sender.send(2).unwrap();
    assert_eq!(wait.wakes(), 1);
    drop(wait);

    receiver.try_recv().unwrap();
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    assert_eq!(wait.cancel(), 0);
}

/// tokio-rs/tokio#5429, PR 5578: wakers were called and dropped under the lock.
#[test]
fn a_waker_may_use_the_channel_it_waits_for() {
    for end in ["sent", "cancelled", "closed"] {
        let (sender, mut receiver) = broadcast::channel(8);
        let same = sender.downgrade();
        let waker = || {
            let same = same.clone();
            intruder(move || {
                let Some(sender) = same.upgrade() else { return };
                drop(sender.subscribe());
                let _ = sender.send(9);
            })
        };
        let (one, two) = (waker(), waker());
        let mut wait = Box::pin(receiver.recv());
        for waker in [one, two] {
            let ready = wait.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(ready.is_pending(), "the first is dropped by the second");
        }
        match end {
            "sent" => drop(sender.send(1)),
            "cancelled" => drop(wait),
            _ => drop(sender),
        }
    }
}

#[test]
fn a_waker_may_use_the_channel_when_it_is_cloned_and_when_the_last_receiver_wakes_it() {
    let (sender, mut receiver) = broadcast::channel::<u32>(1);
    let (one, other) = (sender.downgrade(), sender.downgrade());
    let waker = cloned_by_an_intruder(move || assert_eq!(one.strong_count(), 1));
    let mut cx = Context::from_waker(&waker);
    let mut wait = Box::pin(receiver.recv());
    assert!(wait.as_mut().poll(&mut cx).is_pending());
    drop(wait);

    let mut closed = Box::pin(sender.closed());
    assert!(closed.as_mut().poll(&mut cx).is_pending());
    let waker = intruder(move || assert_eq!(other.strong_count(), 1));
    let mut cx = Context::from_waker(&waker);
    assert!(closed.as_mut().poll(&mut cx).is_pending());
    drop(receiver);
    assert!(closed.as_mut().poll(&mut cx).is_ready());
    drop(closed);
}

#[test]
fn a_waker_may_use_the_channel_when_the_last_sender_wakes_it() {
    let (sender, mut receiver) = broadcast::channel::<u32>(1);
    let weak = sender.downgrade();
    let waker = intruder(move || assert!(weak.strong_count() < 2));
    let mut cx = Context::from_waker(&waker);
    let mut wait = Box::pin(receiver.recv());
    assert!(wait.as_mut().poll(&mut cx).is_pending());
    drop(sender);
    assert_eq!(
        wait.as_mut().poll(&mut cx),
        Poll::Ready(Err(RecvError::Closed))
    );
}

/// A value that looks at the channel when it is cloned, and when it is dropped.
struct Curious(broadcast::WeakSender<Curious>);

impl Curious {
    fn look(&self) {
        if let Some(sender) = self.0.upgrade() {
            sender.len();
        }
    }
}

impl Clone for Curious {
    fn clone(&self) -> Self {
        self.look();
        Self(self.0.clone())
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        self.look();
    }
}

/// The last receiver's clone is made outside of the lock: others are in need of it, for the others' clones.
#[test]
fn a_value_may_use_the_channel_when_its_last_receiver_clones_it_and_when_it_is_dropped() {
    let (sender, mut receiver) = broadcast::channel(1);
    let send = || assert!(sender.send(Curious(sender.downgrade())).is_ok());
    send();
    send(); // drops the first
    assert!(matches!(receiver.try_recv(), Err(TryRecvError::Lagged(1))));
    drop(receiver.try_recv());
    send();
    drop(receiver);
    assert!(sender.is_empty());
}

/// RUSTSEC-2025-0023: a value that is `Send` and not `Sync` is never cloned on two threads at once.
#[test]
fn a_value_that_is_not_sync_is_cloned_by_one_thread_at_a_time() {
    struct CountsClones(Cell<usize>, Arc<std::sync::atomic::AtomicUsize>);
    impl Clone for CountsClones {
        fn clone(&self) -> Self {
            let before = self.0.get();
            std::thread::yield_now();
            self.0.set(before + 1);
            self.1
                .fetch_max(before + 1, std::sync::atomic::Ordering::Relaxed);
            Self(Cell::new(0), self.1.clone())
        }
    }
    const THREADS: usize = 4;
    let clones = Arc::default();
    let sender = Sender::new(2);
    let receivers: Vec<_> = (0..THREADS).map(|_| sender.subscribe()).collect();
    let hear = |mut receiver: Receiver<CountsClones>| {
        std::thread::spawn(move || drop(receiver.blocking_recv()))
    };
    let threads: Vec<_> = receivers.into_iter().map(hear).collect();
    let value = CountsClones(Cell::new(0), Arc::clone(&clones));
    assert!(sender.send(value).is_ok());
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert_eq!(clones.load(std::sync::atomic::Ordering::Relaxed), THREADS);
}

#[test]
#[should_panic = "`broadcast::Receiver::blocking_recv` would stop every task"]
fn blocking_recv_is_refused_where_tasks_run() {
    let (_sender, mut receiver) = broadcast::channel::<u32>(1);
    let runtime = toque::Runtime::new().unwrap();
    let _ = runtime.block_on(async { receiver.blocking_recv() });
}

#[test]
fn a_channel_without_capacity_or_too_large_is_refused() {
    assert!(panics(|| drop(broadcast::channel::<u32>(0))));
    assert!(panics(|| drop(Sender::<u32>::new(usize::MAX / 2 + 1))));
}

/// The same operations, at random, on a channel and on one `VecDeque` for each receiver.
#[test]
fn a_channel_behaves_as_its_model() {
    for seed in 1..=100 {
        let mut dice = Dice(seed);
        let capacity = 1 << dice.roll(3);
        let sender = Sender::new(capacity);
        let mut ears: Vec<Ear> = Vec::new();
        for number in 0..300 {
            match dice.roll(12) {
                0 if ears.len() < 4 => ears.push(Ear::new(&sender)),
                1 if !ears.is_empty() => {
                    drop(ears.swap_remove(dice.roll(ears.len() as u64) as usize))
                }
                2..=5 => send(&sender, &mut ears, number),
                _ if !ears.is_empty() => {
                    let ear = dice.roll(ears.len() as u64) as usize;
                    ears[ear].hear(capacity);
                }
                _ => {}
            }
            let longest = ears.iter().map(|ear| ear.queue.len().min(capacity)).max();
            assert_eq!(sender.len(), longest.unwrap_or(0));
        }
    }
}

fn send(sender: &Sender<u64>, ears: &mut [Ear], number: u64) {
    assert_eq!(
        sender.send(number).ok(),
        Some(ears.len()).filter(|ears| *ears > 0)
    );
    ears.iter_mut().for_each(|ear| ear.queue.push_back(number));
}

/// A receiver, and what was sent since it came.
struct Ear {
    receiver: Receiver<u64>,
    queue: VecDeque<u64>,
}

impl Ear {
    fn new(sender: &Sender<u64>) -> Self {
        Self {
            receiver: sender.subscribe(),
            queue: VecDeque::new(),
        }
    }

    fn hear(&mut self, capacity: usize) {
        assert_eq!(self.receiver.len(), self.queue.len());
        let missed = self.queue.len().saturating_sub(capacity);
        let expected = if missed > 0 {
            self.queue.drain(..missed);
            Err(TryRecvError::Lagged(missed as u64))
        } else {
            self.queue.pop_front().ok_or(TryRecvError::Empty)
        };
        assert_eq!(self.receiver.try_recv(), expected);
    }
}
