//! A oneshot channel, and another one after it: a value or none, and a sender who waits for the receiver's loss of interest.

use std::pin::Pin;
use std::task::{Context, Poll};

use toque::sync::oneshot::error::TryRecvError;
use toque::sync::oneshot::{Receiver, Sender, channel};

use super::{Beside, World};
use crate::bells::{Ear, Turn};
use crate::ledger::Value;

pub(super) struct Pair {
    sender: Option<Sender<Value>>,
    receiver: Option<Receiver<Value>>,
    /// Where each end waits, if it does.
    sender_waits: Option<Ear>,
    receiver_waits: Option<Ear>,
    /// The number of the value that is on its way.
    sent: Option<usize>,
    is_closed: bool,
}

/// A number, or that there is none and never will be.
type Outcome = Option<usize>;

impl Pair {
    pub(super) fn new(_: &World) -> Self {
        let (sender, receiver) = channel();
        Self {
            sender: Some(sender),
            receiver: Some(receiver),
            sender_waits: None,
            receiver_waits: None,
            sent: None,
            is_closed: false,
        }
    }

    /// What the receiver is to get now.
    fn outcome(&mut self) -> Option<Outcome> {
        let is_over = self.sender.is_none() || self.is_closed;
        is_over.then(|| self.sent.take())
    }

    fn receiver(&mut self) -> Option<&mut Receiver<Value>> {
        let receiver = self.receiver.as_mut();
        receiver.filter(|receiver| !receiver.is_terminated())
    }

    fn poll_recv(&mut self, world: &World, turn: Turn) {
        if self.receiver().is_none() {
            return;
        }
        let expected = if turn.is_spent { None } else { self.outcome() };
        let mut ear = self.receiver_waits.take().unwrap_or_default();
        let waker = ear.listen(&world.bells, turn);
        let receiver = Pin::new(self.receiver.as_mut().unwrap());
        let polled = receiver.poll(&mut Context::from_waker(&waker));
        let polled = polled.map(|got| got.ok().map(|value| value.number));
        assert_eq!(polled, expected.map_or(Poll::Pending, Poll::Ready));
        self.receiver_waits = Some(ear).filter(|_| polled.is_pending());
    }

    fn poll_closed(&mut self, world: &World, turn: Turn) {
        let Some(sender) = &mut self.sender else {
            return;
        };
        let is_ready = self.is_closed && !turn.is_spent;
        let mut ear = self.sender_waits.take().unwrap_or_default();
        let waker = ear.listen(&world.bells, turn);
        let polled = sender.poll_closed(&mut Context::from_waker(&waker));
        assert_eq!(polled.is_ready(), is_ready);
        self.sender_waits = Some(ear).filter(|_| polled.is_pending());
    }

    fn try_recv(&mut self) {
        if self.receiver().is_none() {
            return;
        }
        let expected = self.outcome();
        let received = self.receiver().unwrap().try_recv();
        let got = match received {
            Ok(value) => Some(Some(value.number)),
            Err(TryRecvError::Closed) => Some(None),
            Err(TryRecvError::Empty) => None,
        };
        assert_eq!(got, expected);
        if got.is_some() {
            self.receiver_waits = None;
        }
    }

    fn send(&mut self, world: &World) {
        let Some(sender) = self.sender.take() else {
            return;
        };
        self.sender_waits = None;
        let value = world.ledger.value();
        let number = value.number;
        let sent = sender.send(value);
        assert_eq!(sent.is_err(), self.is_closed);
        if let Err(value) = sent {
            assert_eq!(value.number, number);
        } else {
            self.sent = Some(number);
        }
    }

    fn close(&mut self) {
        if let Some(receiver) = self.receiver() {
            receiver.close();
            self.is_closed = true;
            self.receiver_waits = None; // it knows by itself
        }
    }

    fn drop_receiver(&mut self) {
        if self.receiver().is_some() {
            self.sent = None;
            self.is_closed = true;
        }
        self.receiver = None;
        self.receiver_waits = None;
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        if nth % 2 == 0 {
            self.poll_recv(world, turn);
        } else {
            self.poll_closed(world, turn);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        if nth % 2 == 0 {
            self.drop_receiver();
        } else {
            self.sender = None;
            self.sender_waits = None;
        }
    }

    fn act(&mut self, world: &World, act: u8, _: usize) {
        match act {
            0..=2 => self.send(world),
            3 | 4 => self.close(),
            5 | 6 => self.try_recv(),
            _ if self.sender.is_none() => *self = Self::new(world),
            _ => {}
        }
    }

    fn check(&self, world: &World) {
        assert_eq!(world.ledger.alive(), usize::from(self.sent.is_some()));
        if let Some(sender) = &self.sender {
            assert_eq!(sender.is_closed(), self.is_closed);
        }
        if let Some(receiver) = &self.receiver {
            assert_eq!(receiver.is_empty(), self.sent.is_none());
        }
        if let Some(ear) = &self.receiver_waits {
            let is_over = self.sender.is_none();
            assert!(ear.is_woken() || !is_over, "the receiver is not woken");
        }
        if let Some(ear) = &self.sender_waits {
            assert!(ear.is_woken() || !self.is_closed, "the sender is not woken");
        }
    }
}
