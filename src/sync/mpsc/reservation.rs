//! The reservation: a sender's wait for places in the queue.
//! Behind `send`, `reserve`, `reserve_many` and `reserve_owned`.

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use super::channel::Channel;
use super::error::SendError;
use super::state::State;
use crate::future::budget;
use crate::sync::seat;
use crate::sync::wait_list::Key;
use crate::waker::WakeList;

/// Dropped, it leaves the queue of those who wait, and passes on what it was given.
struct Reservation<'a, T> {
    channel: &'a Channel<T>,
    /// How many places it is for.
    places: usize,
    /// Its entry among those who wait. Empty before the first wait, and after the places were taken over.
    key: Option<Key>,
}

/// Waits for `places`, which are then promised to the caller.
pub(super) async fn reserve<T>(channel: &Channel<T>, places: usize) -> Result<(), SendError<()>> {
    let mut reservation = Reservation::new(channel, places);
    poll_fn(|cx| reservation.poll(cx, &mut None)).await
}

/// Waits for a place, and puts the value there under the same lock.
pub(super) async fn send<T>(channel: &Channel<T>, value: T) -> Result<(), SendError<T>> {
    let mut reservation = Reservation::new(channel, 1);
    let mut value = Some(value);
    // An error leaves the value.
    let _ = poll_fn(|cx| reservation.poll(cx, &mut value)).await;
    value.map_or(Ok(()), |value| Err(SendError(value)))
}

impl<'a, T> Reservation<'a, T> {
    fn new(channel: &'a Channel<T>, places: usize) -> Self {
        Self {
            channel,
            places,
            key: None,
        }
    }

    /// Ready once the places are promised. If there is a value, it is sent at once into its place.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        value: &mut Option<T>,
    ) -> Poll<Result<(), SendError<()>>> {
        if budget::poll_proceed(cx).is_pending() {
            self.hold_turn();
            return Poll::Pending;
        }
        let mut state = self.channel.0.lock();
        if let Some(result) = self.attempt(&mut state, value) {
            drop(state);
            return finish(result);
        }
        if self.is_waiting(&mut state, cx) {
            return Poll::Pending;
        }
        drop(state);
        self.wait(cx.waker().clone(), value)
    }

    /// The waker comes cloned, and leaves before it is dropped: foreign code, which stays outside the lock.
    fn wait(&mut self, waker: Waker, value: &mut Option<T>) -> Poll<Result<(), SendError<()>>> {
        let mut wakers = WakeList::new();
        let mut state = self.channel.0.lock();
        // again, or a change between the two locks wakes nobody
        if let Some(result) = self.attempt(&mut state, value) {
            drop(state);
            return finish(result);
        }
        // Whoever makes room, or closes, owes the wake.
        let replaced = self.enqueue(&mut state, Some(waker), &mut wakers);
        drop(state);
        wakers.wake_all();
        drop(replaced);
        Poll::Pending
    }

    /// The places, and the value into the first of them; or the news that there are none.
    // Left to itself the compiler inlines this in one build and not in another: 18 instructions of 307.
    #[inline(always)]
    fn attempt(
        &mut self,
        state: &mut State<T>,
        value: &mut Option<T>,
    ) -> Option<Result<Option<Waker>, SendError<()>>> {
        let turn = match self.key {
            Some(key) => state.turn(key)?,
            None if state.is_closed() => Err(SendError(())),
            None => Ok(state.promise(self.places).ok()?),
        };
        if turn.is_err() {
            return Some(Err(SendError(())));
        }
        self.key = None;
        let sent = value.take().map(|value| state.keep_promise(value));
        // an open channel has its receiver, so the value does not come back
        Some(Ok(sent.and_then(Result::ok).flatten()))
    }

    /// Joins the queue, or stays where it is in it. Gives out the waker that the new one replaces.
    fn enqueue(
        &mut self,
        state: &mut State<T>,
        waker: Option<Waker>,
        wakers: &mut WakeList,
    ) -> Option<Waker> {
        let entry = self.key.and_then(|key| state.waiter(key));
        if let Some(waiter) = entry {
            return std::mem::replace(&mut waiter.waker, waker);
        }
        self.key = Some(state.wait(waker, self.places, wakers));
        None
    }

    /// A task that has spent its budget keeps its turn: it waits, or has its places promised, while the others run.
    /// Its wake is under way already, so it leaves no waker.
    fn hold_turn(&mut self) {
        self.channel.change(|state, wakers| {
            if self.key.is_none() && !state.is_closed() {
                self.key = Some(state.wait(None, self.places, wakers));
            }
        });
    }

    /// Passes on what it was given.
    #[cold]
    fn leave(&self, key: Key) {
        let change =
            |state: &mut State<T>, wakers: &mut WakeList| state.leave(key, self.places, wakers);
        drop(self.channel.change(change));
    }

    fn is_waiting(&self, state: &mut State<T>, cx: &Context<'_>) -> bool {
        let waiter = self.key.and_then(|key| state.waiter(key));
        let waker = waiter.and_then(|waiter| waiter.waker.as_ref());
        waker.is_some_and(|waker| waker.will_wake(cx.waker()))
    }
}

fn finish(result: Result<Option<Waker>, SendError<()>>) -> Poll<Result<(), SendError<()>>> {
    budget::spend();
    Poll::Ready(result.map(seat::wake))
}

impl<T> Drop for Reservation<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.leave(key);
        }
    }
}
