//! The call: a function by which a task waits for another one, and the line that called it.
//! Made by the functions of channels and locks, shown in a dump.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Wait, note};

/// A function of a channel, a lock or another thing between tasks, and where it was called.
///
/// # Example
/// ```
/// use toque::runtime::{TaskState, Wait};
///
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let (_orders, mut queue) = toque::sync::mpsc::channel::<u32>(1);
///     let cook = toque::spawn(async move { queue.recv().await });
///     toque::task::yield_now().await;
///     let info = toque::Handle::current().task(cook.id()).unwrap();
///     let TaskState::Waiting(waits) = info.state else { panic!("it does not wait") };
///     let [Wait::Sync(call)] = &waits[..] else { panic!("it waits for {waits:?}") };
///     assert_eq!(call.name, "mpsc::Receiver::recv");
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// What was called, by its path in `toque` and `toque::sync`: `Mutex::lock`, `local::mpsc::Receiver::recv`.
    pub name: &'static str,
    /// The line that called it. For a `oneshot::Receiver`, which is awaited itself, the line that made the channel. `None` for a
    /// stream of `io::duplex`, which is polled through a trait.
    pub location: Option<&'static Location<'static>>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.location
            .map_or(Ok(()), |location| write!(f, " at {location}"))
    }
}

/// The same for something between tasks: what was called, and where, as far as that is known.
#[inline]
pub(crate) fn note_call(name: &'static str, location: Option<&'static Location<'static>>) {
    note(|| Wait::Sync(Call { name, location }));
}

/// Passes on what a poll has said; if it was not ready, whoever called this function waits in the function `name`.
#[track_caller]
#[inline]
pub(crate) fn polled<R>(name: &'static str, poll: Poll<R>) -> Poll<R> {
    if poll.is_pending() {
        note_call(name, Some(Location::caller()));
    }
    poll
}

pin_project! {
    /// The future of a public function, and the line that called it: while it is not ready, it says so.
    ///
    /// An `async fn` does not know who calls it. So what waits for another task is a plain function with `#[track_caller]`, which
    /// wraps its future into this. What the library itself awaits is not wrapped, or it would be its own line that is shown.
    #[derive(Debug)]
    pub(crate) struct Called<F, N> {
        #[pin]
        future: F,
        // Says what was called. A closure without captures takes no room; a `&str` would take two words in each future.
        name: N,
        location: &'static Location<'static>,
    }
}

/// The future of the function `name`, called by whoever calls the function that calls this.
#[track_caller]
#[inline]
pub(crate) fn called<F, N>(name: N, future: F) -> Called<F, N>
where
    F: Future,
    N: Fn() -> &'static str,
{
    Called {
        future,
        name,
        location: Location::caller(),
    }
}

impl<F, N> Future for Called<F, N>
where
    F: Future,
    N: Fn() -> &'static str,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let poll = this.future.poll(cx);
        if poll.is_pending() {
            note_call((this.name)(), Some(this.location));
        }
        poll
    }
}
