//! The six steps of the reactor pattern, told one by one while a query is awaited: `--steps`.
//!
//! 1. the handler hands its query over, along with its waker, and gives way;
//! 2. the query is done: the waker puts the task into the event queue;
//! 3. the event loop comes to the task in the queue;
//! 4. the handler goes on where it left off;
//! 5. the handler gives control back to the event loop;
//! 6. the queue is empty: the event loop waits at the demultiplexer.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use tracing::info;

use crate::request_name;

/// Tells the first four steps around this future.
pub async fn told<F: Future>(query: F) -> F::Output {
    let mut query = pin!(query);
    let mut waits = false;
    poll_fn(|cx| {
        if waits {
            info!("3: the event loop comes to the task in the event queue");
        }
        let waker = Waker::from(Arc::new(Teller::new(cx.waker())));
        let polled = query.as_mut().poll(&mut Context::from_waker(&waker));
        match polled {
            Poll::Pending if !waits => {
                waits = true;
                info!("1: the handler hands its query over, with its waker, and gives way");
            }
            Poll::Pending => {}
            Poll::Ready(_) => info!("4: the handler goes on where it left off"),
        }
        polled
    })
    .await
}

/// Tells the last two: of a handler that is about to end.
pub fn tell_the_end() {
    info!("5: the handler gives control back to the event loop");
    drop(toque::spawn(async {
        toque::task::yield_now().await; // behind what is ready now
        info!("6: the queue is empty, the event loop waits at the demultiplexer");
    }));
}

/// A waker that says so.
struct Teller {
    /// The task's own.
    waker: Waker,
    /// The request that it is about: wakes come from other threads, which do not know it.
    request: Option<Arc<str>>,
}

impl Teller {
    fn new(waker: &Waker) -> Teller {
        Teller {
            waker: waker.clone(),
            request: request_name::current(),
        }
    }
}

impl Wake for Teller {
    fn wake(self: Arc<Self>) {
        let tell = || info!("2: the query is done, its waker puts the task into the event queue");
        match &self.request {
            Some(request) => request_name::within(request, tell),
            None => tell(),
        }
        self.waker.wake_by_ref(); // behind the line, or step 3 could be told first
    }
}
