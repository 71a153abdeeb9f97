//! The timer: what every sleep holds of its runtime, a key.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use super::{Core, current, registry};
use crate::clock::Instant;
use crate::future::budget;
use crate::timers::TimerKey;
use crate::waits::{self, Wait};

/// Ready once its deadline has passed.
#[derive(Debug)]
pub(crate) struct Timer {
    deadline: Instant,
    /// Which runtime: by its clock, and on its thread.
    runtime: u64,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Not yet polled: a timer that nobody waits for costs nothing.
    New,
    /// Among the runtime's timers, or fired without having been polled since.
    Waiting(TimerKey),
    /// Its end has been seen.
    Elapsed,
}

impl Timer {
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub(crate) fn new(deadline: Instant, caller: &str) -> Self {
        Self::of(&current::expect(caller), deadline)
    }

    /// One that is ready after `duration`.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub(crate) fn after(duration: Duration, caller: &str) -> Self {
        let core = current::expect(caller);
        Self::of(&core, core.clock.now() + duration)
    }

    fn of(core: &Core, deadline: Instant) -> Self {
        Self {
            deadline,
            runtime: core.executor.home().id(),
            state: State::New,
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(crate) fn is_elapsed(&self) -> bool {
        match self.state {
            State::New => false,
            State::Elapsed => true,
            State::Waiting(key) => self
                .core()
                .is_some_and(|core| !core.timers.borrow().is_waiting(key)),
        }
    }

    fn core(&self) -> Option<Rc<Core>> {
        current::get_if(self.runtime)
    }

    /// Moves the deadline. A task that waits goes on waiting, for the new one.
    pub(crate) fn reset(&mut self, deadline: Instant) {
        self.deadline = deadline;
        let waker = self.stop();
        if let (Some(waker), Some(core)) = (waker, self.core()) {
            self.start(&core, core.clock.ns(deadline), &waker);
        }
    }

    /// `deadline` is this timer's, in nanoseconds of the runtime's clock.
    fn start(&mut self, core: &Core, deadline: u64, waker: &Waker) {
        let key = core.timers.borrow_mut().insert(deadline, waker.clone());
        self.state = State::Waiting(key);
    }

    /// Takes it out of the runtime's timers; gives back who waited.
    fn stop(&mut self) -> Option<Waker> {
        let State::Waiting(key) = std::mem::replace(&mut self.state, State::New) else {
            return None;
        };
        match self.core() {
            Some(core) => core.timers.borrow_mut().cancel(key),
            None => {
                stop_from_afar(self.runtime, key);
                None
            }
        }
    }
}

/// Takes a timer out from a thread that is not its runtime's.
#[cold]
fn stop_from_afar(runtime: u64, key: TimerKey) {
    // After its runtime, nothing is left to stop.
    let Some(shared) = registry::get(runtime) else {
        return;
    };
    shared.home.errand(move || {
        let waker = current::get_if(runtime).and_then(|core| core.timers.borrow_mut().cancel(key));
        if let Some(waker) = waker {
            waker.wake(); // after the borrow; after a reset its task comes back, for the new deadline
        }
    });
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(core) = this.core() else { foreign() };
        // One that waits has given way already. Without budget it must still see its deadline: what polls in a loop, and has
        // eaten the budget, gets no more of it before it gives way.
        if !matches!(this.state, State::Waiting(_)) {
            ready!(budget::poll_proceed(cx));
        }
        match this.state {
            State::Elapsed => {}
            State::New => {
                let deadline = core.clock.ns(this.deadline);
                if !core.clock.has_seen(deadline) {
                    expect_turns(&core);
                    // The timers owe the wake; also if the deadline passes just now, with this turn.
                    this.start(&core, deadline, cx.waker());
                    waits::note(|| Wait::Timer(this.deadline.into_std()));
                    return Poll::Pending;
                }
            }
            State::Waiting(key) => {
                let waiting = core.timers.borrow_mut().refresh(key, cx.waker());
                // Polled again while it waits, it looks at the clock itself: what polls in a loop keeps the timers from firing.
                if waiting.is_some() && core.clock.now() < this.deadline {
                    expect_turns(&core);
                    waits::note(|| Wait::Timer(this.deadline.into_std()));
                    return Poll::Pending;
                }
                drop(this.stop());
            }
        }
        this.state = State::Elapsed;
        budget::spend();
        Poll::Ready(())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if matches!(self.state, State::Waiting(_)) {
            drop(self.stop()); // the waker, when nothing is borrowed
        }
    }
}

/// Waits, for those who are below the level of `time`.
///
/// # Panics
/// Outside of a runtime.
pub(crate) fn pause_for(duration: Duration) -> Timer {
    Timer::after(duration, "this socket")
}

/// Panics if nobody turns the runtime any more: it has ended, but a guard of it is held still.
#[inline]
fn expect_turns(core: &Core) {
    assert!(
        !core.executor.has_ended(),
        "a sleep was polled after its runtime had ended: nobody would wake it"
    );
}

#[cold]
fn foreign() -> ! {
    panic!(
        "a sleep was polled on a thread that is not its runtime's: make it where it is awaited, inside of that thread's \
         `block_on`"
    )
}
