//! Bells: wakers that tell whether they were rung, for futures that are polled by hand.

#![allow(dead_code)] // no target uses all of it

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

/// What all bells of a run have in common: each holds it, so its count says how many there are.
#[derive(Debug, Default)]
pub(crate) struct Bells(Arc<AtomicBool>);

/// One waker.
#[derive(Debug)]
struct Bell {
    rung: AtomicBool,
    /// Its future was polled with another one since: nobody listens.
    replaced: AtomicBool,
    /// Set if one that was replaced is rung.
    strays: Arc<AtomicBool>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, SeqCst);
        if self.replaced.load(SeqCst) {
            self.strays.store(true, SeqCst);
        }
    }
}

impl Bells {
    /// No wake has gone to a waker that was replaced.
    pub(crate) fn check(&self) {
        assert!(!self.0.load(SeqCst), "a waker that was replaced is woken");
    }

    /// The same, and nobody holds a waker any more.
    pub(crate) fn end(self) {
        self.check();
        assert_eq!(Arc::strong_count(&self.0), 1, "a waker is left behind");
    }

    fn cast(&self) -> Arc<Bell> {
        Arc::new(Bell {
            rung: AtomicBool::new(false),
            replaced: AtomicBool::new(false),
            strays: Arc::clone(&self.0),
        })
    }
}

/// How something is polled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// With a waker that it has not seen yet.
    pub(crate) is_fresh: bool,
    /// The task's budget is spent: whoever is polled gives way, and comes again.
    pub(crate) is_spent: bool,
}

/// Where wakes arrive for one that is polled again and again.
#[derive(Debug, Default)]
pub(crate) struct Ear(Option<Arc<Bell>>);

impl Ear {
    /// The waker for this turn. From here on only what is rung is woken.
    pub(crate) fn listen(&mut self, bells: &Bells, turn: Turn) -> Waker {
        let bell = match self.0.take() {
            Some(bell) if !turn.is_fresh => bell,
            old => {
                if let Some(old) = old.filter(|_| !turn.is_spent) {
                    old.replaced.store(true, SeqCst);
                }
                bells.cast()
            }
        };
        bell.rung.store(false, SeqCst);
        self.0 = Some(Arc::clone(&bell));
        bell.into()
    }

    /// Whether it was rung since the last turn.
    pub(crate) fn is_woken(&self) -> bool {
        self.0.as_ref().is_some_and(|bell| bell.rung.load(SeqCst))
    }

    /// Whether there was a turn.
    pub(crate) fn was_polled(&self) -> bool {
        self.0.is_some()
    }
}

/// A future, and its ear.
pub(crate) struct Waiter<F: Future + ?Sized> {
    future: Pin<Box<F>>,
    ear: Ear,
}

/// A future of any kind.
pub(crate) type AnyWaiter<T> = Waiter<dyn Future<Output = T>>;

impl<F: Future> Waiter<F> {
    pub(crate) fn new(future: F) -> Self {
        Self {
            future: Box::pin(future),
            ear: Ear::default(),
        }
    }
}

impl<T> AnyWaiter<T> {
    pub(crate) fn any(future: impl Future<Output = T> + 'static) -> Self {
        Self {
            future: Box::pin(future),
            ear: Ear::default(),
        }
    }
}

impl<F: Future + ?Sized> Waiter<F> {
    pub(crate) fn poll(&mut self, bells: &Bells, turn: Turn) -> Poll<F::Output> {
        let waker = self.ear.listen(bells, turn);
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    pub(crate) fn future(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.ear.is_woken()
    }

    pub(crate) fn was_polled(&self) -> bool {
        self.ear.was_polled()
    }
}
