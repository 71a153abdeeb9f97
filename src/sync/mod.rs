//! Locks, channels and notifications between tasks, of one runtime or of several.
//! They know no runtime: any executor may poll them, and any thread may hold them.
//!
//! Every queue is first come, first served. A future that is dropped while it waits leaves the queue, and what it had
//! been given already, a permit or a notification, goes to the next one.
//!
//! # Example
//! ```
//! use std::sync::Arc;
//! use toque::sync::{Mutex, mpsc};
//!
//! # toque::Runtime::new().unwrap().block_on(async {
//! let served = Arc::new(Mutex::new(Vec::new()));
//! let (orders, mut kitchen) = mpsc::channel(8);
//! let list = served.clone();
//! let cook = toque::spawn(async move {
//!     while let Some(dish) = kitchen.recv().await {
//!         list.lock().await.push(dish);
//!     }
//! });
//! orders.send("soup").await.unwrap();
//! drop(orders); // no more of them
//! cook.await.unwrap();
//! assert_eq!(*served.lock().await, ["soup"]);
//! # });
//! ```

mod barrier;
pub mod broadcast;
pub(crate) mod cancellation_token;
mod held;
#[allow(unsafe_code)] // dereferences the pointers that guards hold
pub(crate) mod lent;
mod listener;
#[cfg(all(test, loom))]
mod loom_tools;
pub mod mpsc;
#[allow(unsafe_code)] // lends the value in its `UnsafeCell` to whoever holds the permit
mod mutex;
mod notify;
mod once_cell;
pub mod oneshot;
pub(crate) mod park;
#[allow(unsafe_code)] // as `mutex`
mod rwlock;
pub(crate) mod seat;
mod semaphore;
mod set_once;
pub(crate) mod tally;
#[cfg(all(test, not(loom)))]
mod test_tools;
mod try_lock_error;
pub(crate) mod wait_list;
pub mod watch;
#[allow(unsafe_code)] // reads and writes its `UnsafeCell` as its state allows
mod write_once;

pub use self::barrier::{Barrier, BarrierWaitResult};
pub use self::cancellation_token::{
    CancellationToken, DropGuard, DropGuardRef, WaitForCancellationFuture,
    WaitForCancellationFutureOwned,
};
pub use self::mutex::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
};
pub use self::notify::Notify;
pub use self::once_cell::{OnceCell, SetError};
pub use self::rwlock::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};
pub use self::semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};
pub use self::set_once::{SetOnce, SetOnceError};
pub use self::try_lock_error::TryLockError;

/// The futures that have a name.
///
/// # Example
/// ```
/// use toque::sync::{Notify, futures::Notified};
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
    pub use super::notify::{Notified, OwnedNotified};
}
