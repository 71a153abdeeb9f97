//! Channels, locks and notifications between tasks of one thread: those of [`sync`](crate::sync) without its locks and
//! atomic operations.
//! They know no runtime either; what they hold need not be `Send`, and no handle may leave its thread.
//!
//! Names, order and meaning are those of `sync`, and so are the errors; the queue of `mpsc` and the list of those who
//! wait are the same code. Only the thread-safe shell is missing, and with it whatever is for other threads: the
//! `blocking_` methods. Use these where both ends are on one thread and it is worth it: `DESIGN.md` has the figures.
//!
//! ```
//! # toque::Runtime::new().unwrap().block_on(async {
//! use std::rc::Rc;
//! use toque::local::mpsc;
//!
//! let (orders, mut kitchen) = mpsc::unbounded_channel();
//! toque::spawn(async move {
//!     orders.send(Rc::new("soup")).unwrap(); // an `Rc` may be sent: it stays on its thread
//! });
//! assert_eq!(kitchen.recv().await, Some(Rc::new("soup")));
//! # });
//! ```

mod listener;
pub mod mpsc;
mod mutex;
mod notify;
pub mod oneshot;
mod seat;
mod semaphore;

pub use self::mutex::{MappedMutexGuard, Mutex, MutexGuard};
pub use self::notify::Notify;
pub use self::semaphore::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
pub use crate::sync::{AcquireError, TryAcquireError, TryLockError};

/// The futures that have a name.
///
/// # Example
/// ```
/// use toque::local::{Notify, futures::Notified};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// struct Waiter<'a> {
///     bell: Notified<'a>, // a field needs a name
/// }
///
/// let bell = Notify::new();
/// let waiter = Waiter { bell: bell.notified() };
/// bell.notify_waiters();
/// waiter.bell.await;
/// # });
/// ```
pub mod futures {
    pub use super::notify::Notified;
}

#[cfg(all(test, not(loom)))]
mod tests;
