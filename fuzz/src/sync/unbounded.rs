//! A channel without a bound: no send waits.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use toque::sync::mpsc::error::TryRecvError;
use toque::sync::mpsc::{
    UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel,
};

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Ear, Turn};
use crate::ledger::Value;

pub(super) struct Pair {
    senders: Vec<UnboundedSender<Value>>,
    weak: Vec<WeakUnboundedSender<Value>>,
    receiver: Option<UnboundedReceiver<Value>>,
    /// Where the receiver waits, if it does.
    ear: Option<Ear>,
    /// Senders who wait for the close, and whether they gave way since their budget was spent.
    waiters: Vec<(AnyWaiter<()>, bool)>,
    queue: VecDeque<usize>,
    is_closed: bool,
}

impl Pair {
    pub(super) fn new(_: &World) -> Self {
        let (sender, receiver) = unbounded_channel();
        Self {
            senders: vec![sender],
            weak: Vec::new(),
            receiver: Some(receiver),
            ear: None,
            waiters: Vec::new(),
            queue: VecDeque::new(),
            is_closed: false,
        }
    }

    fn sender_count(&self) -> usize {
        self.senders.len() + self.waiters.len()
    }

    /// Whether `recv` has something to say.
    fn is_ready(&self) -> bool {
        !self.queue.is_empty() || self.sender_count() == 0 || self.is_closed
    }

    fn send(&mut self, world: &World, nth: usize) {
        let Some(nth) = pick(&self.senders, nth) else {
            return;
        };
        let value = world.ledger.value();
        let number = value.number;
        let sent = self.senders[nth].send(value);
        assert_eq!(sent.is_err(), self.is_closed);
        if let Err(error) = sent {
            assert_eq!(error.0.number, number);
        } else {
            self.queue.push_back(number);
        }
    }

    fn wait_closed(&mut self, nth: usize) {
        let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].clone());
        let Some(sender) = sender.filter(|_| self.waiters.len() < MOST) else {
            return;
        };
        let waiter = AnyWaiter::any(async move { sender.closed().await });
        self.waiters.push((waiter, false));
    }

    fn poll_recv(&mut self, world: &World, turn: Turn) {
        let is_ready = self.is_ready() && !turn.is_spent;
        let Some(receiver) = &mut self.receiver else {
            return;
        };
        let mut ear = self.ear.take().unwrap_or_default();
        let waker = ear.listen(&world.bells, turn);
        let polled = receiver.poll_recv(&mut Context::from_waker(&waker));
        assert_eq!(polled.is_ready(), is_ready);
        match polled {
            Poll::Pending => self.ear = Some(ear),
            Poll::Ready(value) => self.received(value),
        }
    }

    fn received(&mut self, value: Option<Value>) {
        let number = value.map(|value| value.number);
        assert_eq!(number, self.queue.pop_front());
    }

    fn try_recv(&mut self) {
        let is_ready = self.is_ready();
        let Some(receiver) = &mut self.receiver else {
            return;
        };
        match receiver.try_recv() {
            Ok(value) => self.received(Some(value)),
            Err(TryRecvError::Disconnected) => {
                assert!(is_ready);
                self.received(None);
            }
            Err(TryRecvError::Empty) => assert!(!is_ready),
        }
    }

    fn close(&mut self) {
        if let Some(receiver) = &mut self.receiver {
            receiver.close();
            self.is_closed = true;
            self.ear = None; // it knows by itself
        }
    }

    fn drop_receiver(&mut self) {
        self.close();
        self.receiver = None;
        self.queue.clear();
    }

    fn clone_sender(&mut self, nth: usize) {
        let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].clone());
        let has_room = self.senders.len() < MOST;
        self.senders.extend(sender.filter(|_| has_room));
    }

    fn downgrade(&mut self, nth: usize) {
        let weak = pick(&self.senders, nth).map(|nth| self.senders[nth].downgrade());
        let has_room = self.weak.len() < MOST;
        self.weak.extend(weak.filter(|_| has_room));
    }

    fn upgrade(&mut self, nth: usize) {
        let Some(weak) = take(&mut self.weak, nth) else {
            return;
        };
        let sender = weak.upgrade();
        assert_eq!(sender.is_some(), self.sender_count() > 0);
        self.senders.extend(sender);
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return self.poll_recv(world, turn);
        };
        let (waiter, gave_way) = &mut self.waiters[index];
        *gave_way = turn.is_spent;
        let polled = waiter.poll(&world.bells, turn);
        assert_eq!(polled.is_ready(), self.is_closed && !turn.is_spent);
        if polled.is_ready() {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        drop(take(&mut self.waiters, nth));
    }

    fn act(&mut self, world: &World, act: u8, nth: usize) {
        match act {
            0 | 1 => self.send(world, nth),
            2 | 3 => self.poll_recv(world, super::turn(nth % 2 == 0)),
            4 => self.try_recv(),
            5 => self.wait_closed(nth),
            6 => self.clone_sender(nth),
            7 => drop(take(&mut self.senders, nth)),
            8 => self.downgrade(nth),
            9 => self.upgrade(nth),
            _ if nth == 0 => self.drop_receiver(),
            _ if nth < 4 => self.close(),
            _ => self.send(world, nth),
        }
    }

    fn check(&self, world: &World) {
        assert_eq!(world.ledger.alive(), self.queue.len());
        if let Some(sender) = self.senders.first() {
            assert_eq!(sender.strong_count(), self.sender_count());
            assert_eq!(sender.weak_count(), self.weak.len());
            assert_eq!(sender.is_closed(), self.is_closed);
        }
        for (waiter, gave_way) in &self.waiters {
            let can_go_on = *gave_way || waiter.was_polled() && self.is_closed;
            assert_eq!(waiter.is_woken(), can_go_on);
        }
        if let Some(ear) = &self.ear {
            assert!(
                ear.is_woken() || !self.is_ready(),
                "the receiver is not woken"
            );
        }
    }
}
