//! A broadcast channel: each receiver gets every value, or is told how many it has missed.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use toque::sync::broadcast::error::{RecvError, TryRecvError};
use toque::sync::broadcast::{Receiver, Sender, WeakSender, channel};

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};
use crate::ledger::Value;

pub(super) struct Pair {
    senders: Vec<Sender<Value>>,
    weak: Vec<WeakSender<Value>>,
    receivers: Vec<Reader>,
    /// Senders who wait for the last receiver's end.
    waiters: Vec<AnyWaiter<()>>,
    capacity: usize,
    /// The number of each value that was sent.
    sent: Vec<usize>,
}

struct Reader {
    receiver: Rc<RefCell<Receiver<Value>>>,
    /// How many values were sent before the next one it gets.
    next: usize,
    waiter: Option<AnyWaiter<Result<Value, RecvError>>>,
    /// It gave way, since its budget was spent.
    gave_way: bool,
}

/// The receiver is borrowed as long as one future has it, and until then nobody else asks for it.
#[allow(clippy::await_holding_refcell_ref)]
async fn recv(receiver: Rc<RefCell<Receiver<Value>>>) -> Result<Value, RecvError> {
    receiver.borrow_mut().recv().await
}

impl Pair {
    pub(super) fn new(_: &World, capacity: usize) -> Self {
        let (sender, receiver) = channel(capacity);
        let mut pair = Self {
            senders: vec![sender],
            weak: Vec::new(),
            receivers: Vec::new(),
            waiters: Vec::new(),
            capacity: capacity.next_power_of_two(),
            sent: Vec::new(),
        };
        pair.enter(receiver);
        pair
    }

    fn enter(&mut self, receiver: Receiver<Value>) {
        if self.receivers.len() < MOST {
            self.receivers.push(Reader {
                receiver: Rc::new(RefCell::new(receiver)),
                next: self.sent.len(),
                waiter: None,
                gave_way: false,
            });
        }
    }

    fn sender_count(&self) -> usize {
        self.senders.len() + self.waiters.len()
    }

    /// Where what is kept begins.
    fn start(&self) -> usize {
        self.sent.len().saturating_sub(self.capacity)
    }

    fn is_ready(&self, index: usize) -> bool {
        self.receivers[index].next < self.sent.len() || self.sender_count() == 0
    }

    /// What a receiver is to get next; it moves on.
    fn outcome(&mut self, index: usize) -> Option<Result<usize, RecvError>> {
        let (start, is_over) = (self.start(), self.sender_count() == 0);
        let next = &mut self.receivers[index].next;
        if *next < start {
            let missed = start - *next;
            *next = start;
            return Some(Err(RecvError::Lagged(missed as u64)));
        }
        match self.sent.get(*next) {
            Some(number) => {
                *next += 1;
                Some(Ok(*number))
            }
            None => is_over.then_some(Err(RecvError::Closed)),
        }
    }

    fn poll_recv(&mut self, world: &World, index: usize, turn: Turn) {
        let expected = if turn.is_spent {
            None
        } else {
            self.outcome(index)
        };
        let Reader {
            receiver,
            waiter,
            gave_way,
            ..
        } = &mut self.receivers[index];
        *gave_way = turn.is_spent;
        let future = waiter.get_or_insert_with(|| AnyWaiter::any(recv(Rc::clone(receiver))));
        let polled = future.poll(&world.bells, turn);
        let polled = polled.map(|got| got.map(|value| value.number));
        assert_eq!(polled, expected.map_or(Poll::Pending, Poll::Ready));
        if polled.is_ready() {
            *waiter = None;
        }
    }

    fn try_recv(&mut self, nth: usize) {
        let Some(index) = pick(&self.receivers, nth) else {
            return;
        };
        self.receivers[index].waiter = None;
        let expected = self.outcome(index);
        let received = self.receivers[index].receiver.borrow_mut().try_recv();
        let received = received.map(|value| value.number);
        let expected = expected.map(|outcome| outcome.map_err(TryRecvError::from));
        assert_eq!(received, expected.unwrap_or(Err(TryRecvError::Empty)));
    }

    fn send(&mut self, world: &World, nth: usize) {
        let Some(nth) = pick(&self.senders, nth) else {
            return;
        };
        let value = world.ledger.value();
        let number = value.number;
        match self.senders[nth].send(value) {
            Ok(receivers) => {
                assert_eq!(receivers, self.receivers.len());
                self.sent.push(number);
            }
            Err(error) => {
                assert_eq!(error.0.number, number);
                assert!(self.receivers.is_empty());
            }
        }
    }

    fn subscribe(&mut self, nth: usize) {
        if let Some(sender) = pick(&self.senders, nth).map(|nth| &self.senders[nth]) {
            self.enter(sender.subscribe());
        }
    }

    fn resubscribe(&mut self, nth: usize) {
        let idle = |reader: &&Reader| reader.waiter.is_none();
        let idle: Vec<_> = self.receivers.iter().filter(idle).collect();
        let Some(index) = pick(&idle, nth) else {
            return;
        };
        let receiver = idle[index].receiver.borrow().resubscribe();
        self.enter(receiver);
    }

    fn drop_receiver(&mut self, nth: usize) {
        drop(take(&mut self.receivers, nth));
    }

    fn wait_closed(&mut self, nth: usize) {
        let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].clone());
        let Some(sender) = sender.filter(|_| self.waiters.len() < MOST) else {
            return;
        };
        let waiter = AnyWaiter::any(async move { sender.closed().await });
        self.waiters.push(waiter);
    }

    fn poll_closed(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let polled = self.waiters[index].poll(&world.bells, turn);
        let is_ready = self.receivers.is_empty() && !turn.is_spent;
        assert_eq!(polled.is_ready(), is_ready);
        if is_ready {
            self.waiters.remove(index);
        }
    }

    fn act_on_handles(&mut self, nth: usize) {
        match nth {
            0..4 => drop(take(&mut self.senders, nth)),
            4..8 => {
                let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].clone());
                let has_room = self.senders.len() < MOST;
                self.senders.extend(sender.filter(|_| has_room));
            }
            8..12 => {
                let weak = pick(&self.senders, nth).map(|nth| self.senders[nth].downgrade());
                let has_room = self.weak.len() < MOST;
                self.weak.extend(weak.filter(|_| has_room));
            }
            _ => {
                let Some(weak) = take(&mut self.weak, nth) else {
                    return;
                };
                let sender = weak.upgrade();
                assert_eq!(sender.is_some(), self.sender_count() > 0);
                self.senders.extend(sender);
            }
        }
    }

    /// Where the oldest value is that somebody has not got yet.
    fn oldest_unread(&self) -> usize {
        let next = self.receivers.iter().map(|reader| reader.next);
        next.min()
            .map_or(self.sent.len(), |next| next.max(self.start()))
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        match pick(&self.receivers, nth) {
            Some(index) => self.poll_recv(world, index, turn),
            None => self.poll_closed(world, nth, turn),
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        if let Some(index) = pick(&self.receivers, nth) {
            self.receivers[index].waiter = None;
        }
    }

    fn act(&mut self, world: &World, act: u8, nth: usize) {
        match act {
            0..=2 => self.send(world, nth),
            3 => self.try_recv(nth),
            4 | 5 => self.subscribe(nth),
            6 => self.resubscribe(nth),
            7 => self.drop_receiver(nth),
            8 if nth < 8 => self.wait_closed(nth),
            8 => drop(take(&mut self.waiters, nth)),
            9 => self.poll_closed(world, nth, super::turn(nth % 2 == 0)),
            _ => self.act_on_handles(nth),
        }
    }

    fn check(&self, world: &World) {
        let unread = self.sent.len() - self.oldest_unread();
        assert_eq!(world.ledger.alive(), unread, "values that are kept");
        if let Some(sender) = self.senders.first() {
            assert_eq!(sender.len(), unread);
            assert_eq!(sender.receiver_count(), self.receivers.len());
            assert_eq!(sender.strong_count(), self.sender_count());
            assert_eq!(sender.weak_count(), self.weak.len());
        }
        for (index, reader) in self.receivers.iter().enumerate() {
            if let Some(waiter) = &reader.waiter {
                let can_go_on = self.is_ready(index) || reader.gave_way;
                assert_eq!(waiter.is_woken(), can_go_on);
            }
        }
        let is_closed = self.receivers.is_empty();
        for waiter in &self.waiters {
            let owed = is_closed && waiter.was_polled();
            assert!(waiter.is_woken() || !owed, "a sender is not woken");
        }
    }
}
