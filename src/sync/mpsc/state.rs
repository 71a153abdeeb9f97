//! What the ends of an mpsc channel share: the queue, who may still fill it, and who waits.
//! Changed by `channel` under its lock, and by that of `local` in its cell. No foreign code runs here: wakers and values
//! are handed out.
//!
//! At any time `queue.len() + promised <= capacity`, and while somebody waits they are equal: what comes free is promised
//! at once to who came first.

use std::collections::VecDeque;
use std::task::Waker;

use super::error::{SendError, TrySendError};
use crate::sync::wait_list::{Key, WaitList, Waiter};
use crate::waker::WakeList;

/// A drained queue gives its memory back if it has grown beyond this many values, so that one burst is not paid for
/// ever. A burst of more pays a few allocations again, which is little for each of its values.
pub(super) const SPARE: usize = 256;

pub(crate) struct State<T> {
    /// What is sent and not received yet.
    queue: VecDeque<T>,
    /// How many values may be queued or promised at once.
    capacity: usize,
    /// Places that are promised: to permits, and to waiters that have not taken them over yet.
    promised: usize,
    /// Senders that wait for places, with how many they still need.
    waiting: WaitList<usize>,
    /// Tasks in `closed`.
    pub(crate) closing: WaitList<()>,
    /// The receiver's task, while it waits.
    pub(crate) receiver: Option<Waker>,
    /// What the receiver still takes.
    intake: Intake,
    /// Senders and owned permits. At zero, nothing more will come.
    pub(crate) senders: usize,
    /// Weak senders, counted for those who ask.
    pub(crate) weak_senders: usize,
}

/// What the receiver still takes. It only ever moves down this list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Intake {
    /// All, while there is room.
    Open,
    /// What is queued and what was promised: after `close`.
    Closed,
    /// Nothing: after the drop.
    Gone,
}

impl<T> State<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            capacity,
            promised: 0,
            waiting: WaitList::new(),
            closing: WaitList::new(),
            receiver: None,
            intake: Intake::Open,
            senders: 1,
            weak_senders: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn max_capacity(&self) -> usize {
        self.capacity
    }

    /// The places that a sender could have now.
    pub(crate) fn free(&self) -> usize {
        self.capacity - self.promised - self.queue.len()
    }

    /// Whether sends are refused.
    pub(crate) fn is_closed(&self) -> bool {
        self.intake != Intake::Open
    }

    /// Whether nothing can come any more beyond what is queued.
    fn is_finished(&self) -> bool {
        self.senders == 0 || (self.is_closed() && self.promised == 0)
    }

    /// Promises `places`, if they can be had at once and nobody came earlier.
    pub(crate) fn promise(&mut self, places: usize) -> Result<(), TrySendError<()>> {
        if self.is_closed() {
            return Err(TrySendError::Closed(()));
        }
        if places > self.free() {
            return Err(TrySendError::Full(()));
        }
        self.promised += places;
        Ok(())
    }

    /// Puts the value into a free place, as a promise that is kept at once.
    pub(crate) fn try_send(&mut self, value: T) -> Result<Option<Waker>, TrySendError<T>> {
        if self.is_closed() {
            return Err(TrySendError::Closed(value));
        }
        if self.free() == 0 {
            return Err(TrySendError::Full(value));
        }
        Ok(self.push(value))
    }

    /// Puts the value into a promised place, and hands out whom to wake. It comes back if the receiver is gone.
    pub(crate) fn keep_promise(&mut self, value: T) -> Result<Option<Waker>, T> {
        self.promised -= 1;
        if self.intake == Intake::Gone {
            return Err(value);
        }
        Ok(self.push(value))
    }

    fn push(&mut self, value: T) -> Option<Waker> {
        self.queue.push_back(value);
        self.receiver.take()
    }

    /// Takes a promise back. The places go to whoever waits, and a receiver that waits only for promises is woken.
    pub(crate) fn take_back(&mut self, places: usize, wakers: &mut WakeList) {
        self.promised -= places;
        self.serve(wakers);
        if self.is_closed() && self.promised == 0 {
            wakers.add(self.receiver.take());
        }
    }

    /// Joins the queue of those who wait for places. What is free is too little, and promised to the first of them.
    pub(crate) fn wait(
        &mut self,
        waker: Option<Waker>,
        places: usize,
        wakers: &mut WakeList,
    ) -> Key {
        let key = self.waiting.push(waker, places);
        self.serve(wakers);
        key
    }

    pub(crate) fn waiter(&mut self, key: Key) -> Option<&mut Waiter<usize>> {
        self.waiting.get_mut(key)
    }

    /// What has become of the waiter: its places are the caller's now, or it is in vain, or it still waits.
    pub(crate) fn turn(&mut self, key: Key) -> Option<Result<(), SendError<()>>> {
        if self.is_closed() {
            return Some(Err(SendError(())));
        }
        if self.waiting.get_mut(key)?.is_queued() {
            return None;
        }
        // it was served, so it holds no waker and may be dropped here
        let _ = self.waiting.remove(key);
        Some(Ok(()))
    }

    /// Gives up waiting for `places`. What was given to it goes to the next, and so does its turn.
    pub(crate) fn leave(
        &mut self,
        key: Key,
        places: usize,
        wakers: &mut WakeList,
    ) -> Option<Waiter<usize>> {
        let waiter = self.waiting.remove(key)?;
        self.take_back(places - waiter.value, wakers);
        Some(waiter)
    }

    /// Promises the free places to those who wait, first come, first served: a large need at the head is not overtaken.
    pub(crate) fn serve(&mut self, wakers: &mut WakeList) {
        loop {
            let free = self.free();
            let Some(needed) = self.waiting.first_mut() else {
                return;
            };
            let given = free.min(*needed);
            *needed -= given;
            let is_served = *needed == 0;
            self.promised += given;
            if !is_served {
                return;
            }
            self.waiting.serve_first(wakers);
        }
    }

    /// The next value, or `None` after the last. Its place goes to whoever waits: see `is_awaited`.
    pub(crate) fn next(&mut self) -> Option<Option<T>> {
        let value = self.queue.pop_front();
        if value.is_none() {
            return self.is_finished().then_some(None);
        }
        self.trim();
        Some(value)
    }

    /// Moves at most `limit` values to `buffer`, and says how many: zero after the last. Otherwise as `next`.
    pub(crate) fn next_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> Option<usize> {
        let count = limit.min(self.queue.len());
        if count == 0 {
            return self.is_finished().then_some(0);
        }
        buffer.extend(self.queue.drain(..count));
        self.trim();
        Some(count)
    }

    /// Whether somebody waits for places: if some came free, `serve` is due.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn trim(&mut self) {
        if self.queue.capacity() > SPARE {
            self.give_memory_back();
        }
    }

    /// Apart from `trim`, which every receive passes.
    #[cold]
    fn give_memory_back(&mut self) {
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
    }

    /// How many values there is memory for.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn spare(&self) -> usize {
        self.queue.capacity()
    }

    /// Refuses what is not sent or promised yet. Whoever waits for a place waits in vain, and is woken to see it.
    pub(crate) fn close(&mut self, wakers: &mut WakeList) {
        if self.is_closed() {
            return;
        }
        self.intake = Intake::Closed;
        self.waiting.serve_all(wakers);
        self.closing.serve_all(wakers);
    }

    /// The receiver's end: a close, with what is queued handed out.
    pub(crate) fn abandon(&mut self, wakers: &mut WakeList) -> VecDeque<T> {
        self.close(wakers);
        self.intake = Intake::Gone;
        std::mem::take(&mut self.queue)
    }
}
