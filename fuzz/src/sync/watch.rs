//! A watch: the latest value, and receivers who know whether they have seen it.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use toque::sync::watch::{Receiver, Sender, channel};

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};
use crate::ledger::Value;

pub(super) struct Pair {
    senders: Vec<Sender<Value>>,
    receivers: Vec<Reader>,
    /// Senders who wait for the last receiver's end.
    waiters: Vec<AnyWaiter<()>>,
    /// The number of the value.
    value: usize,
}

struct Reader {
    receiver: Rc<RefCell<Receiver<Value>>>,
    is_news: bool,
    waiter: Option<Wait>,
}

struct Wait {
    waiter: AnyWaiter<Result<usize, ()>>,
    /// Waits for a value like this, and not just for any other.
    wanted: Option<usize>,
    /// Whether it has looked already: else it also takes a value that is no news.
    has_looked: bool,
    /// It gave way, since its budget was spent.
    gave_way: bool,
}

/// Wanted are numbers that are as much modulo this.
const KINDS: usize = 3;

/// The receiver is borrowed as long as one future has it, and until then nobody else asks for it.
#[allow(clippy::await_holding_refcell_ref)]
async fn wait(receiver: Rc<RefCell<Receiver<Value>>>, wanted: Option<usize>) -> Result<usize, ()> {
    let mut receiver = receiver.borrow_mut();
    let Some(wanted) = wanted else {
        receiver.changed().await.map_err(drop)?;
        return Ok(receiver.borrow().number);
    };
    let value = receiver.wait_for(|value| value.number % KINDS == wanted);
    Ok(value.await.map_err(drop)?.number)
}

impl Wait {
    fn new(receiver: &Rc<RefCell<Receiver<Value>>>, nth: usize) -> Self {
        let wanted = (nth % 2 == 0).then_some(nth / 2 % KINDS);
        Self {
            waiter: AnyWaiter::any(wait(Rc::clone(receiver), wanted)),
            wanted,
            has_looked: false,
            gave_way: false,
        }
    }

    /// Whether it is ready, and with what. It has seen the value then, or waits for another one.
    fn expect(&mut self, value: usize, is_news: bool, is_over: bool) -> Poll<Result<usize, ()>> {
        let looks = is_news || self.wanted.is_some() && !self.has_looked;
        self.has_looked = true;
        let is_it = self.wanted.is_none_or(|wanted| value % KINDS == wanted);
        match looks && is_it {
            true => Poll::Ready(Ok(value)),
            false if is_over => Poll::Ready(Err(())),
            false => Poll::Pending,
        }
    }
}

impl Pair {
    pub(super) fn new(world: &World) -> Self {
        let value = world.ledger.value();
        let number = value.number;
        let (sender, receiver) = channel(value);
        let mut pair = Self {
            senders: vec![sender],
            receivers: Vec::new(),
            waiters: Vec::new(),
            value: number,
        };
        pair.enter(receiver, false);
        pair
    }

    fn enter(&mut self, receiver: Receiver<Value>, is_news: bool) {
        if self.receivers.len() < MOST {
            self.receivers.push(Reader {
                receiver: Rc::new(RefCell::new(receiver)),
                is_news,
                waiter: None,
            });
        }
    }

    fn is_over(&self) -> bool {
        self.senders.len() + self.waiters.len() == 0
    }

    fn send(&mut self, world: &World, act: u8, nth: usize) {
        let Some(sender) = pick(&self.senders, nth).map(|nth| &self.senders[nth]) else {
            return;
        };
        let value = world.ledger.value();
        let number = value.number;
        match act {
            0 => {
                let sent = sender.send(value);
                assert_eq!(sent.is_err(), self.receivers.is_empty());
                if sent.is_err() {
                    return;
                }
            }
            1 => assert_eq!(sender.send_replace(value).number, self.value),
            2 => sender.send_modify(|current| *current = value),
            _ => {
                assert!(!sender.send_if_modified(|_| false));
                return;
            }
        }
        self.value = number;
        let receivers = self.receivers.iter_mut();
        receivers.for_each(|reader| reader.is_news = true);
    }

    /// A receiver that nobody awaits.
    fn idle(&mut self, nth: usize) -> Option<&mut Reader> {
        let idle = |reader: &&mut Reader| reader.waiter.is_none();
        let mut idle: Vec<_> = self.receivers.iter_mut().filter(idle).collect();
        take(&mut idle, nth)
    }

    fn look(&mut self, nth: usize) {
        let (value, is_over) = (self.value, self.is_over());
        let Some(reader) = self.idle(nth / 4) else {
            return;
        };
        let mut receiver = reader.receiver.borrow_mut();
        let is_news = reader.is_news;
        match nth % 4 {
            0 => {
                let seen = receiver.borrow_and_update();
                assert_eq!((seen.has_changed(), seen.number), (is_news, value));
                drop(seen);
                reader.is_news = false;
            }
            1 => {
                receiver.mark_changed();
                reader.is_news = true;
            }
            2 => {
                receiver.mark_unchanged();
                reader.is_news = false;
            }
            _ => {
                let has_changed = receiver.has_changed().ok();
                assert_eq!(has_changed, (!is_over).then_some(is_news));
                let seen = receiver.borrow();
                assert_eq!((seen.has_changed(), seen.number), (is_news, value));
            }
        }
    }

    fn clone_receiver(&mut self, nth: usize) {
        let Some(reader) = self.idle(nth) else {
            return;
        };
        let is_news = reader.is_news;
        let receiver = reader.receiver.borrow().clone();
        self.enter(receiver, is_news);
    }

    fn subscribe(&mut self, nth: usize) {
        if let Some(sender) = pick(&self.senders, nth).map(|nth| &self.senders[nth]) {
            self.enter(sender.subscribe(), false);
        }
    }

    fn start_waiting(&mut self, nth: usize) {
        if let Some(reader) = self.idle(nth / 8) {
            reader.waiter = Some(Wait::new(&reader.receiver, nth));
        }
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

    fn poll_wait(&mut self, world: &World, index: usize, turn: Turn) {
        let (value, is_over) = (self.value, self.is_over());
        let Reader {
            waiter, is_news, ..
        } = &mut self.receivers[index];
        let Some(wait) = waiter else { return };
        let polled = wait.waiter.poll(&world.bells, turn);
        // One that has to look twice may spend the last of the budget in between.
        wait.gave_way = polled.is_pending() && !toque::task::coop::has_budget_remaining();
        if wait.gave_way && wait.waiter.is_woken() {
            wait.has_looked |= !turn.is_spent;
            *is_news &= turn.is_spent;
            return;
        }
        assert_eq!(polled, wait.expect(value, *is_news, is_over));
        *is_news = false;
        if polled.is_ready() {
            *waiter = None;
        }
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        match pick(&self.receivers, nth) {
            Some(index) => self.poll_wait(world, index, turn),
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
            0..=2 => self.send(world, act, nth),
            3 | 4 => self.start_waiting(nth),
            5 => self.look(nth),
            6 => self.clone_receiver(nth),
            7 if nth < 8 => self.subscribe(nth),
            7 => drop(take(&mut self.receivers, nth)),
            8 if nth < 8 => self.wait_closed(nth),
            8 => drop(take(&mut self.waiters, nth)),
            9 => self.poll_closed(world, nth, super::turn(nth % 2 == 0)),
            _ if nth < 4 => drop(take(&mut self.senders, nth)),
            _ if nth < 8 => self.send(world, 3, nth),
            _ => {
                let sender = pick(&self.senders, nth).map(|nth| self.senders[nth].clone());
                let has_room = self.senders.len() < MOST;
                self.senders.extend(sender.filter(|_| has_room));
            }
        }
    }

    fn check(&self, world: &World) {
        let is_there = self.senders.len() + self.waiters.len() + self.receivers.len() > 0;
        assert_eq!(world.ledger.alive(), usize::from(is_there));
        if let Some(sender) = self.senders.first() {
            assert_eq!(sender.borrow().number, self.value);
            assert_eq!(sender.receiver_count(), self.receivers.len());
            let senders = self.senders.len() + self.waiters.len();
            assert_eq!(sender.sender_count(), senders);
        }
        for reader in &self.receivers {
            let Some(wait) = &reader.waiter else { continue };
            let is_owed = wait.waiter.was_polled() && (reader.is_news || self.is_over());
            assert_eq!(wait.waiter.is_woken(), is_owed || wait.gave_way);
        }
        let is_closed = self.receivers.is_empty();
        for waiter in &self.waiters {
            let owed = is_closed && waiter.was_polled();
            assert!(waiter.is_woken() || !owed, "a sender is not woken");
        }
    }
}
