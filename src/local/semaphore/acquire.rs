//! Acquire: the future that waits for permits.
//! Behind every `acquire` of a semaphore, and every `lock` of a mutex.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Semaphore;
use crate::future::budget;
use crate::sync::AcquireError;
use crate::sync::wait_list::Key;
use crate::waker::WakeList;

/// Waits for all of its permits. Once it was ready they belong to the caller; dropped before, it gives them back.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub(in crate::local) struct Acquire<'a> {
    semaphore: &'a Semaphore,
    /// How many permits it is to get, all or none.
    wanted: usize,
    /// How far it has come.
    stage: Stage,
}

/// From the first poll to the end; the permits given so far are the future's to give back in `Waiting` and `Held`.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Not polled yet.
    New,
    /// In the wait list under this key, served or not.
    Waiting(Key),
    /// It has all of them, and waits for its task's budget to say so.
    Held,
    /// The permits are the caller's.
    Done,
}

impl<'a> Acquire<'a> {
    pub(super) fn new(semaphore: &'a Semaphore, wanted: usize) -> Self {
        Self {
            semaphore,
            wanted,
            stage: Stage::New,
        }
    }

    /// What `poll` does where there is more to it than to take what is there.
    fn poll_slowly(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), AcquireError>> {
        ready!(self.poll_permits(cx))?;
        // after the queue: one whose budget is spent keeps its place before those who come later
        ready!(budget::poll_proceed(cx));
        budget::spend();
        self.stage = Stage::Done;
        Poll::Ready(Ok(()))
    }

    fn poll_permits(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), AcquireError>> {
        match self.stage {
            Stage::New => self.take_or_queue(cx),
            Stage::Waiting(key) => self.look(key, cx),
            Stage::Held => Poll::Ready(Ok(())),
            Stage::Done => panic!("`Acquire` was polled after it was ready"),
        }
    }

    fn take_or_queue(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), AcquireError>> {
        // Cloned before the borrow; what is left of it is dropped after: a waker is foreign code.
        let mut waker = Some(cx.waker().clone());
        // Looks after the clone, which may have given permits back.
        let entered = self
            .semaphore
            .state
            .borrow_mut()
            .enter(self.wanted, &mut waker);
        let Some(key) = entered? else {
            return self.hold();
        };
        // Who gives the last permit owes the wake.
        self.stage = Stage::Waiting(key);
        Poll::Pending
    }

    fn look(&mut self, key: Key, cx: &mut Context<'_>) -> Poll<Result<(), AcquireError>> {
        // As above; it changes places with the old one, which so is dropped after the borrow.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.semaphore.state.borrow_mut();
        if state.closed {
            // What it was given goes back when it is dropped.
            return Poll::Ready(Err(AcquireError(())));
        }
        let served = state.waiters.poll_served(key, &mut waker);
        drop(state);
        ready!(served);
        self.hold()
    }

    fn hold(&mut self) -> Poll<Result<(), AcquireError>> {
        self.stage = Stage::Held;
        Poll::Ready(Ok(()))
    }

    /// Leaves the queue, or gives back what it holds: dropped before it was ready, it does one or the other.
    #[inline(never)]
    fn give_up(&self) {
        if let Stage::Waiting(key) = self.stage {
            self.leave(key);
        } else {
            self.semaphore.release(self.wanted);
        }
    }

    /// Out of the queue; what it was given goes to those behind it.
    fn leave(&self, key: Key) {
        let mut wakers = WakeList::new();
        let mut state = self.semaphore.state.borrow_mut();
        let Some(waiter) = state.waiters.remove(key) else {
            return;
        };
        state.give(self.wanted - waiter.value, &mut wakers);
        drop(state);
        // after the borrow, for its waker
        drop(waiter);
        wakers.wake_all();
    }
}

impl Future for Acquire<'_> {
    type Output = Result<(), AcquireError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let is_new = matches!(self.stage, Stage::New);
        if is_new && budget::is_left() && self.semaphore.take(self.wanted).is_ok() {
            budget::spend();
            self.stage = Stage::Done;
            return Poll::Ready(Ok(()));
        }
        self.poll_slowly(cx)
    }
}

impl Drop for Acquire<'_> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::New | Stage::Done) {
            self.give_up();
        }
    }
}
