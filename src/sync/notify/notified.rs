//! The futures of `Notify`: one that borrows it, one that keeps it alive, and what they have in common.

use std::future::Future;
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
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
    /// let bell = toque::sync::Notify::new();
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
        wait: Wait,
    }

    impl PinnedDrop for Notified<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.wait.leave(this.notify);
        }
    }
}

pin_project! {
    /// The future of [`Notify::notified_owned`].
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::sync::Arc;
    ///
    /// let bell = Arc::new(toque::sync::Notify::new());
    /// let cook = toque::spawn(bell.clone().notified_owned()); // a task may keep it
    /// bell.notify_one();
    /// assert!(cook.await.is_ok());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// If it is dropped, it loses its place; a notification by `notify_one` it had been chosen for goes to the next.
    #[project(!Unpin)]
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct OwnedNotified {
        notify: Arc<Notify>,
        wait: Wait,
    }

    impl PinnedDrop for OwnedNotified {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.wait.leave(this.notify);
        }
    }
}

impl<'a> Notified<'a> {
    pub(super) fn new(
        notify: &'a Notify,
        broadcasts: u64,
        location: Option<&'static Location<'static>>,
    ) -> Self {
        let wait = Wait::new(broadcasts, location);
        Self { notify, wait }
    }

    /// Queues now instead of at the first poll, and says whether it was notified: then it has been received.
    ///
    /// For those who look at their condition between queueing and waiting.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::sync::Notify::new();
    /// let mut notified = std::pin::pin!(bell.notified());
    /// assert!(!notified.as_mut().enable());
    /// bell.notify_one(); // not stored: it has somebody to go to
    /// notified.await;
    /// # });
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        let this = self.project();
        this.wait.enable(this.notify)
    }
}

impl OwnedNotified {
    pub(super) fn new(
        notify: Arc<Notify>,
        broadcasts: u64,
        location: Option<&'static Location<'static>>,
    ) -> Self {
        let wait = Wait::new(broadcasts, location);
        Self { notify, wait }
    }

    /// Queues now instead of at the first poll, and says whether it was notified: then it has been received.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::sync::Arc;
    /// use toque::sync::Notify;
    ///
    /// let bell = Arc::new(Notify::new());
    /// let mut notified = std::pin::pin!(bell.clone().notified_owned());
    /// assert!(!notified.as_mut().enable());
    /// bell.notify_one(); // not stored: it has somebody to go to
    /// notified.await;
    /// # });
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        let this = self.project();
        this.wait.enable(this.notify)
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.wait.poll("Notify::notified", this.notify, cx)
    }
}

impl Future for OwnedNotified {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.wait.poll("Notify::notified_owned", this.notify, cx)
    }
}

/// How far the wait has come, whoever owns the `Notify`.
#[derive(Debug)]
struct Wait {
    /// The count of broadcasts when the future was made: one more, and it is notified.
    broadcasts: u64,
    stage: Stage,
    /// Who waits, to be named in a dump. `None` for those who name themselves.
    location: Option<&'static Location<'static>>,
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

impl Wait {
    fn new(broadcasts: u64, location: Option<&'static Location<'static>>) -> Self {
        Self {
            broadcasts,
            stage: Stage::New,
            location,
        }
    }

    fn poll(&mut self, name: &'static str, notify: &Notify, cx: &mut Context<'_>) -> Poll<()> {
        if self.poll_notified(notify, Some(cx.waker())).is_pending() {
            if self.location.is_some() {
                note_call(name, self.location);
            }
            return Poll::Pending;
        }
        // after the queue: one whose budget is spent keeps its place before those who come later
        ready!(budget::poll_proceed(cx));
        budget::spend();
        self.stage = Stage::Done;
        Poll::Ready(())
    }

    fn enable(&mut self, notify: &Notify) -> bool {
        let notified = self.poll_notified(notify, None).is_ready();
        if notified {
            self.stage = Stage::Done;
        }
        notified
    }

    fn poll_notified(&mut self, notify: &Notify, waker: Option<&Waker>) -> Poll<()> {
        match self.stage {
            Stage::New => self.take_or_queue(notify, waker),
            Stage::Waiting(key) => self.look(key, notify, waker),
            Stage::Held(_) | Stage::Done => Poll::Ready(()),
        }
    }

    fn take_or_queue(&mut self, notify: &Notify, waker: Option<&Waker>) -> Poll<()> {
        // Cloned before the lock; if it is not used, it is dropped after: a waker is foreign code.
        let mut waker = waker.cloned();
        let mut state = notify.state.lock();
        if state.broadcasts != self.broadcasts {
            return self.hold(None);
        }
        if mem::take(&mut state.stored) {
            return self.hold(Some(Next::First));
        }
        // Whoever notifies it owes the wake.
        self.stage = Stage::Waiting(state.waiters.push(waker.take(), None));
        Poll::Pending
    }

    fn look(&mut self, key: Key, notify: &Notify, waker: Option<&Waker>) -> Poll<()> {
        // As above; it changes places with the old one, which so is dropped after the lock.
        let mut waker = waker.cloned();
        let served = notify.state.lock().waiters.poll_served(key, &mut waker);
        self.hold(ready!(served))
    }

    fn hold(&mut self, next: Option<Next>) -> Poll<()> {
        self.stage = Stage::Held(next);
        Poll::Ready(())
    }

    /// Out of the queue; the notification it was chosen for goes to the next.
    fn leave(&mut self, notify: &Notify) {
        let next = match self.stage {
            Stage::New | Stage::Done => None,
            Stage::Held(next) => next,
            Stage::Waiting(key) => {
                let waiter = notify.state.lock().waiters.remove(key);
                waiter.and_then(|waiter| waiter.value)
            }
        };
        if let Some(next) = next {
            notify.notify(next);
        }
    }
}
