//! The thread's own token is taken by somebody else: who remembers the ring?

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tutorial::park;
use tutorial::waker::{Ring, waker};

// ANCHOR: main
/// A bell that trusts in the thread's token alone.
struct TokenBell(Thread);

impl Ring for TokenBell {
    fn ring(&self) {
        self.0.unpark();
    }
}

/// It is rung for while it is polled. Then something inside of it parks, as a lock or a
/// channel may, and takes the token.
fn rude() -> impl Future<Output = ()> {
    let mut polled = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        thread::park();
        Poll::Pending
    })
}

/// Whether the ring was heard within a tenth of a second. Without that limit the thread
/// would lie there for ever.
fn hears() -> bool {
    let waker = waker(Arc::new(TokenBell(thread::current())));
    let polled = pin!(rude()).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    let (asleep, limit) = (Instant::now(), Duration::from_millis(100));
    thread::park_timeout(limit);
    asleep.elapsed() < limit
}

pub(crate) fn main() -> io::Result<()> {
    println!("by the token alone, heard: {}", hears());
    park::block_on(rude());
    println!("with `rung`, heard: true");
    Ok(())
}
// ANCHOR_END: main
