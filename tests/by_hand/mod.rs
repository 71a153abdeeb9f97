//! Futures polled by hand: no executor, and every wake is counted.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::fmt::{self, Debug, Write};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

/// A future, and how often its waker was called. Dropping it is the cancellation.
pub(crate) struct ByHand<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl<F: Future> ByHand<F> {
    pub(crate) fn new(future: F) -> Self {
        Self {
            future: Box::pin(future),
            wakes: Arc::default(),
        }
    }

    /// Made, polled once, and pending.
    #[track_caller]
    pub(crate) fn waiting(future: F) -> Self {
        let mut this = Self::new(future);
        assert!(this.poll().is_pending(), "this one should have to wait");
        this
    }

    pub(crate) fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(self.wakes.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// To be polled for somebody else.
    pub(crate) fn future(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }

    /// Woken exactly once, and ready.
    #[track_caller]
    pub(crate) fn ready_after_a_wake(mut self) -> F::Output {
        assert_eq!(self.wakes(), 1);
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("woken, but not ready"),
        }
    }

    pub(crate) fn wakes(&self) -> usize {
        self.wakes.0.load(Relaxed)
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.wakes() > 0
    }
}

/// The output of a future that has nothing to wait for.
#[track_caller]
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match ByHand::new(future).poll() {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this one should not have to wait"),
    }
}

/// What `{:?}` writes of a value, to a writer that uses the value itself.
pub(crate) fn shown_to_an_intruder<T: Debug>(value: &T, intrude: impl Fn(&T)) -> String {
    struct Intruder<F>(F, String);
    impl<F: Fn()> Write for Intruder<F> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            (self.0)();
            self.1.write_str(text)
        }
    }
    let mut intruder = Intruder(|| intrude(value), String::new());
    write!(intruder, "{value:?}").unwrap();
    intruder.1
}
