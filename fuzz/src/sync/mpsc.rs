//! A bounded channel: senders who wait for a place, places that are reserved, filled and given up, and a receiver.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use toque::sync::mpsc::error::{TryRecvError, TrySendError};
use toque::sync::mpsc::{OwnedPermit, Receiver, Sender, WeakSender, channel};

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Ear, Turn};
use crate::ledger::Value;

pub(super) struct Pair {
    senders: Vec<Sender<Value>>,
    weak: Vec<WeakSender<Value>>,
    permits: Vec<OwnedPermit<Value>>,
    receiver: Option<Receiver<Value>>,
    /// Where the receiver waits, if it does.
    ear: Option<Ear>,
    waiters: Vec<Entry>,
    model: Model,
    /// How many futures were made: the next number.
    made: usize,
}

struct Entry {
    number: usize,
    task: Task,
    waiter: AnyWaiter<End>,
    /// It gave way, since its budget was spent.
    gave_way: bool,
}

/// What a future waits for. Each has a sender of its own.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// To send the value with this number.
    Send(usize),
    Reserve,
    /// For so many places. They are given up again at once.
    ReserveMany(usize),
    Closed,
}

/// What a future has come to.
enum End {
    Sent,
    Reserved(OwnedPermit<Value>),
    GivenUp,
    SeenClosed,
    Refused,
}

#[derive(Debug)]
struct Model {
    capacity: usize,
    queue: VecDeque<usize>,
    /// Places that are promised: to permits, and to those who wait.
    promised: usize,
    /// Who waits for places, and for how many more.
    waiting: VecDeque<(usize, usize)>,
    /// Who has all its places, and has not looked since.
    served: Vec<usize>,
    is_closed: bool,
}

impl Task {
    fn places(self) -> usize {
        match self {
            Self::Send(_) | Self::Reserve => 1,
            Self::ReserveMany(places) => places,
            Self::Closed => 0,
        }
    }
}

impl Model {
    fn free(&self) -> usize {
        self.capacity - self.promised - self.queue.len()
    }

    fn promise(&mut self, places: usize) -> Option<()> {
        let is_free = self.free() >= places;
        is_free.then(|| self.promised += places)
    }

    /// What is free goes to those who wait, in their order; nothing does after the close.
    fn serve(&mut self) {
        if self.is_closed {
            return;
        }
        while let Some((number, missing)) = self.waiting.front().copied() {
            let given = missing.min(self.free());
            self.promised += given;
            self.waiting[0].1 -= given;
            if given < missing {
                return;
            }
            self.waiting.pop_front();
            self.served.push(number);
        }
    }

    fn give_up(&mut self, places: usize) {
        self.promised -= places;
        self.serve();
    }

    fn is_known(&self, number: usize) -> bool {
        self.is_served(number) || self.missing(number).is_some()
    }

    fn is_served(&self, number: usize) -> bool {
        self.served.contains(&number)
    }

    fn missing(&self, number: usize) -> Option<usize> {
        let mut waiting = self.waiting.iter();
        let found = waiting.find(|(other, _)| *other == number);
        found.map(|(_, missing)| *missing)
    }

    /// A future that waits for places looks: it has them, or can't have them any more, or waits.
    fn look(&mut self, number: usize, places: usize, is_spent: bool) -> Poll<Result<(), ()>> {
        if self.is_closed && !is_spent {
            self.leave(number, places);
            return Poll::Ready(Err(()));
        }
        if !self.is_known(number) && !self.is_closed {
            if !is_spent && self.promise(places).is_some() {
                return Poll::Ready(Ok(()));
            }
            self.waiting.push_back((number, places));
            self.serve();
            return Poll::Pending; // also if it was served: then it was spent, and comes again
        }
        if is_spent || !self.is_served(number) {
            return Poll::Pending;
        }
        self.served.retain(|other| *other != number);
        Poll::Ready(Ok(()))
    }

    /// A future that was not ready is gone: its places are the next one's.
    fn leave(&mut self, number: usize, places: usize) {
        if !self.is_known(number) {
            return;
        }
        let missing = self.missing(number).unwrap_or(0);
        self.waiting.retain(|(other, _)| *other != number);
        self.served.retain(|other| *other != number);
        self.give_up(places - missing);
    }
}

impl Pair {
    pub(super) fn new(_: &World, capacity: usize) -> Self {
        let (sender, receiver) = channel(capacity);
        Self {
            senders: vec![sender],
            weak: Vec::new(),
            permits: Vec::new(),
            receiver: Some(receiver),
            ear: None,
            waiters: Vec::new(),
            model: Model {
                capacity,
                queue: VecDeque::new(),
                promised: 0,
                waiting: VecDeque::new(),
                served: Vec::new(),
                is_closed: false,
            },
            made: 0,
        }
    }

    fn sender_count(&self) -> usize {
        self.senders.len() + self.permits.len() + self.waiters.len()
    }

    /// Whether `recv` has something to say.
    fn is_ready(&self) -> bool {
        let nobody_brings = self.model.is_closed && self.model.promised == 0;
        !self.model.queue.is_empty() || self.sender_count() == 0 || nobody_brings
    }

    fn wait(&mut self, world: &World, kind: u8, nth: usize) {
        let Some(sender) = pick(&self.senders, nth).map(|nth| self.senders[nth].clone()) else {
            return;
        };
        if self.waiters.len() == MOST {
            return;
        }
        let (task, waiter) = match kind {
            0 => send(sender, world.ledger.value()),
            1 => (Task::Reserve, AnyWaiter::any(reserve(sender))),
            2 => {
                let places = nth % self.model.capacity + 1;
                let waiter = AnyWaiter::any(reserve_many(sender, places));
                (Task::ReserveMany(places), waiter)
            }
            _ => (Task::Closed, AnyWaiter::any(closed(sender))),
        };
        self.waiters.push(Entry {
            number: self.made,
            task,
            waiter,
            gave_way: false,
        });
        self.made += 1;
    }

    fn try_send(&mut self, world: &World, nth: usize) {
        let Some(nth) = pick(&self.senders, nth) else {
            return;
        };
        let value = world.ledger.value();
        let number = value.number;
        match self.senders[nth].try_send(value) {
            Ok(()) => {
                assert!(!self.model.is_closed && self.model.free() > 0);
                self.model.queue.push_back(number);
            }
            Err(TrySendError::Closed(_)) => assert!(self.model.is_closed),
            Err(TrySendError::Full(_)) => assert!(!self.model.is_closed && self.model.free() == 0),
        }
    }

    fn try_reserve(&mut self, nth: usize) {
        let Some(nth) = pick(&self.senders, nth) else {
            return;
        };
        let reserved = self.senders[nth].clone().try_reserve_owned();
        let is_open = !self.model.is_closed;
        let expected = is_open.then(|| self.model.promise(1)).flatten();
        assert_eq!(reserved.is_ok(), expected.is_some());
        self.permits.extend(reserved);
    }

    fn use_permit(&mut self, world: &World, nth: usize) {
        let Some(permit) = take(&mut self.permits, nth) else {
            return;
        };
        let value = world.ledger.value();
        self.model.promised -= 1;
        if self.receiver.is_some() {
            self.model.queue.push_back(value.number);
        }
        drop(permit.send(value));
    }

    fn drop_permit(&mut self, nth: usize) {
        if let Some(permit) = take(&mut self.permits, nth) {
            self.model.give_up(1);
            if nth % 2 == 0 {
                drop(permit);
            } else {
                drop(permit.release());
            }
        }
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
        assert_eq!(number, self.model.queue.pop_front());
        self.model.serve();
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

    fn recv_many(&mut self, world: &World, limit: usize, turn: Turn) {
        let is_ready = limit == 0 || self.is_ready();
        let Some(receiver) = &mut self.receiver else {
            return;
        };
        let mut buffer = Vec::new();
        let mut ear = self.ear.take().unwrap_or_default();
        let waker = ear.listen(&world.bells, turn);
        let mut cx = Context::from_waker(&waker);
        let polled = receiver.poll_recv_many(&mut cx, &mut buffer, limit);
        assert_eq!(polled.is_ready(), is_ready && !turn.is_spent);
        if polled.is_pending() {
            self.ear = Some(ear);
            return;
        }
        let count = limit.min(self.model.queue.len());
        assert_eq!((polled, buffer.len()), (Poll::Ready(count), count));
        let expected: Vec<_> = self.model.queue.drain(..count).collect();
        assert!(buffer.iter().map(|value| value.number).eq(expected));
        self.model.serve();
    }

    fn close(&mut self) {
        if let Some(receiver) = &mut self.receiver {
            receiver.close();
            self.model.is_closed = true;
            self.ear = None; // it knows by itself
        }
    }

    fn drop_receiver(&mut self) {
        self.close();
        self.receiver = None;
        self.model.queue.clear();
    }

    fn act_on_handles(&mut self, nth: usize) {
        match nth {
            0..4 => drop(take(&mut self.senders, nth)),
            4..6 => {
                let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].downgrade());
                self.weak.extend(sender.filter(|_| self.weak.len() < MOST));
            }
            6..8 => {
                let weak = take(&mut self.weak, nth);
                let upgraded = weak.map(|weak| weak.upgrade());
                let is_open = self.sender_count() > 0;
                assert!(upgraded.iter().all(|sender| sender.is_some() == is_open));
                self.senders.extend(upgraded.flatten());
            }
            8 => self.drop_receiver(),
            9 | 10 => self.close(),
            _ => {
                let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].clone());
                let has_room = self.senders.len() < MOST;
                self.senders.extend(sender.filter(|_| has_room));
            }
        }
    }

    /// What a future is to come to, if it is ready.
    fn expect(&mut self, index: usize, turn: Turn) -> Poll<Result<(), ()>> {
        let Entry { number, task, .. } = self.waiters[index];
        match task {
            Task::Closed if self.model.is_closed && !turn.is_spent => Poll::Ready(Ok(())),
            Task::Closed => Poll::Pending,
            _ => self.model.look(number, task.places(), turn.is_spent),
        }
    }

    /// A future is ready.
    fn end(&mut self, entry: &Entry, end: End, expected: Result<(), ()>) {
        match (end, entry.task) {
            (End::Refused, _) => assert_eq!(expected, Err(())),
            (End::Sent, Task::Send(value)) => {
                self.model.promised -= 1;
                self.model.queue.push_back(value);
            }
            (End::Reserved(permit), Task::Reserve) => self.permits.push(permit),
            (End::GivenUp, Task::ReserveMany(places)) => self.model.give_up(places),
            (End::SeenClosed, Task::Closed) => {}
            (_, task) => panic!("{task:?} has come to something else"),
        }
    }
}

fn send(sender: Sender<Value>, value: Value) -> (Task, AnyWaiter<End>) {
    let number = value.number;
    let future = async move {
        match sender.send(value).await {
            Ok(()) => End::Sent,
            Err(error) => {
                assert_eq!(error.0.number, number);
                End::Refused
            }
        }
    };
    (Task::Send(number), AnyWaiter::any(future))
}

async fn reserve(sender: Sender<Value>) -> End {
    let permit = sender.reserve_owned().await;
    permit.map_or(End::Refused, End::Reserved)
}

async fn reserve_many(sender: Sender<Value>, places: usize) -> End {
    let permits = sender.reserve_many(places).await;
    permits.map_or(End::Refused, |mut permits| {
        drop(permits.next());
        End::GivenUp
    })
}

async fn closed(sender: Sender<Value>) -> End {
    sender.closed().await;
    End::SeenClosed
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return self.poll_recv(world, turn);
        };
        let expected = self.expect(index, turn);
        let entry = &mut self.waiters[index];
        entry.gave_way = turn.is_spent;
        let polled = entry.waiter.poll(&world.bells, turn);
        assert_eq!(polled.is_ready(), expected.is_ready());
        if let (Poll::Ready(end), Poll::Ready(expected)) = (polled, expected) {
            let entry = self.waiters.remove(index);
            assert!(expected.is_ok() || matches!(end, End::Refused));
            self.end(&entry, end, expected);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        if let Some(Entry {
            number,
            task,
            waiter,
            ..
        }) = take(&mut self.waiters, nth)
        {
            drop(waiter);
            self.model.leave(number, task.places());
        }
    }

    fn act(&mut self, world: &World, act: u8, nth: usize) {
        match act {
            0 => self.wait(world, 0, nth),
            1 => self.wait(world, 1, nth),
            2 => self.wait(world, 2, nth),
            3 if nth < 4 => self.wait(world, 3, nth),
            3 => self.try_reserve(nth),
            4 => self.try_send(world, nth),
            5 => self.use_permit(world, nth),
            6 => self.drop_permit(nth),
            7 | 8 => self.poll_recv(world, super::turn(nth % 2 == 0)),
            9 if nth < 8 => self.try_recv(),
            9 => self.recv_many(world, nth % 4, super::turn(false)),
            _ => self.act_on_handles(nth),
        }
    }

    fn check(&self, world: &World) {
        self.check_counts(world);
        for entry in &self.waiters {
            let can_go_on = match entry.task {
                Task::Closed => entry.waiter.was_polled() && self.model.is_closed,
                _ if self.model.is_served(entry.number) => true,
                _ => self.model.is_closed && self.model.is_known(entry.number),
            };
            let expected = can_go_on || entry.gave_way;
            assert_eq!(entry.waiter.is_woken(), expected, "{:?}", entry.task);
        }
        if let Some(ear) = &self.ear {
            assert!(
                ear.is_woken() || !self.is_ready(),
                "the receiver is not woken"
            );
        }
    }
}

impl Pair {
    fn check_counts(&self, world: &World) {
        let unsent = |entry: &&Entry| matches!(entry.task, Task::Send(_));
        let unsent = self.waiters.iter().filter(unsent).count();
        assert_eq!(world.ledger.alive(), self.model.queue.len() + unsent);
        if let Some(sender) = self.senders.first() {
            assert_eq!(sender.strong_count(), self.sender_count());
            assert_eq!(sender.weak_count(), self.weak.len());
            assert_eq!(sender.is_closed(), self.model.is_closed);
            assert_eq!(sender.capacity(), self.model.free());
        }
        if let Some(receiver) = &self.receiver {
            assert_eq!(receiver.len(), self.model.queue.len());
        }
    }
}
