//! What the tests of the macros share: a future that knows its place.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Notes where it is polled first, and demands to be there for the rest of its life.
#[derive(Default)]
pub(crate) struct Stays {
    at: usize,
    polls: usize,
}

impl Stays {
    fn is_in_place(&self) -> bool {
        self.at == 0 || self.at == std::ptr::from_ref(self).addr()
    }
}

impl Future for Stays {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        assert!(self.is_in_place(), "it was moved");
        self.at = std::ptr::from_ref(&*self).addr();
        self.polls += 1;
        if self.polls == 3 {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Stays {
    fn drop(&mut self) {
        assert!(
            self.is_in_place() || std::thread::panicking(),
            "it was moved"
        );
    }
}
