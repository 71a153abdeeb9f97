//! The future of `Notify`.

use std::future::Future;
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use pin_project_lite::pin_project;

use super::{Next, Notify};
use crate::future::budget;
use crate::sync::wait_list::Key;
use crate::waits::note_call;

pin_project! {
    /// The future of [`Notify::notified`].
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::local::Notify::new();
    /// let mut notified = std::pin::pin!(bell.notified());
    /// assert!(!notified.as_mut().enable()); // it queues, and was not notified yet
    /// bell.notify_one();
    /// assert!(notified.enable());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// If it is dropped, it loses its place; a notification by `notify_one` it had been chosen for goes to the next.
    #[project(!Unpin)]
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Notified<'a> {
        notify: &'a Notify,
        // The count of broadcasts when it was made: one more, and it is notified.
        broadcasts: u64,
        stage: Stage,
        // Who waits.
        location: &'static Location<'static>,
    }

    impl PinnedDrop for Notified<'_> {
        fn drop(this: Pin<&mut Self>) {
            this.leave();
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Neither polled nor enabled.
    New,
    /// In the wait list under this key, notified or not.
    Waiting(Key),
    /// Notified, and about to say so. If it is dropped, a notification that was for one goes to this next one.
    Held(Option<Next>),
    /// The notification is the caller's.
    Done,
}

impl<'a> Notified<'a> {
    #[track_caller]
    pub(super) fn new(notify: &'a Notify, broadcasts: u64) -> Self {
        Self {
            notify,
            broadcasts,
            stage: Stage::New,
            location: Location::caller(),
        }
    }

    /// Queues now instead of at the first poll, and says whether it was notified: then it has been received.
    ///
    /// For those who look at their condition between queueing and waiting.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::local::Notify::new();
    /// let mut notified = std::pin::pin!(bell.notified());
    /// assert!(!notified.as_mut().enable());
    /// bell.notify_one(); // not stored: it has somebody to go to
    /// notified.await;
    /// # });
    /// ```
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        let notified = self.as_mut().poll_notified(None).is_ready();
        if notified {
            *self.project().stage = Stage::Done;
        }
        notified
    }

    fn poll_notified(self: Pin<&mut Self>, waker: Option<&Waker>) -> Poll<()> {
        match self.stage {
            Stage::New => self.take_or_queue(waker),
            Stage::Waiting(key) => self.look(key, waker),
            Stage::Held(_) | Stage::Done => Poll::Ready(()),
        }
    }

    fn take_or_queue(self: Pin<&mut Self>, waker: Option<&Waker>) -> Poll<()> {
        let this = self.project();
        // Cloned before the borrow; if it is not used, it is dropped after: a waker is foreign code.
        let mut waker = waker.cloned();
        let mut state = this.notify.state.borrow_mut();
        *this.stage = if state.broadcasts != *this.broadcasts {
            Stage::Held(None)
        } else if mem::take(&mut state.stored) {
            Stage::Held(Some(Next::First))
        } else {
            // Whoever notifies it owes the wake.
            *this.stage = Stage::Waiting(state.waiters.push(waker.take(), None));
            return Poll::Pending;
        };
        Poll::Ready(())
    }

    fn look(self: Pin<&mut Self>, key: Key, waker: Option<&Waker>) -> Poll<()> {
        let this = self.project();
        // As above; it changes places with the old one, which so is dropped after the borrow.
        let mut waker = waker.cloned();
        let mut state = this.notify.state.borrow_mut();
        let served = state.waiters.poll_served(key, &mut waker);
        drop(state);
        *this.stage = Stage::Held(ready!(served));
        Poll::Ready(())
    }

    /// Out of the queue; the notification it was chosen for goes to the next.
    fn leave(self: Pin<&mut Self>) {
        let notify = self.notify;
        let next = match self.stage {
            Stage::New | Stage::Done => None,
            Stage::Held(next) => next,
            Stage::Waiting(key) => {
                let waiter = notify.state.borrow_mut().waiters.remove(key);
                waiter.and_then(|waiter| waiter.value)
            }
        };
        if let Some(next) = next {
            notify.notify(next);
        }
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.as_mut().poll_notified(Some(cx.waker())).is_pending() {
            note_call("local::Notify::notified", Some(self.location));
            return Poll::Pending;
        }
        // after the queue: one whose budget is spent keeps its place before those who come later
        ready!(budget::poll_proceed(cx));
        budget::spend();
        *self.project().stage = Stage::Done;
        Poll::Ready(())
    }
}
