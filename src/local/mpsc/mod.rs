//! `mpsc`: a queue from many senders to one receiver.
//! That of [`sync`](crate::sync::mpsc) for tasks of one thread, with the same queue inside.
//! Bounded by [`channel`], where a full queue makes the senders wait; without a bound by [`unbounded_channel`].
//!
//! - Senders wait in the order they came, and a place goes to the first of them, even when it has spent its budget.
//! - [`Receiver::close`] refuses what is not sent yet. Permits that are out stay good, and `recv` gives all that is
//!   queued, and what the permits bring, before it says `None`.
//! - A dropped receiver drops what is queued.
//!
//! ```
//! # toque::Runtime::new().unwrap().block_on(async {
//! let (orders, mut kitchen) = toque::local::mpsc::channel(16);
//! let waiter = orders.clone();
//! orders.send("soup").await.unwrap();
//! waiter.send("salad").await.unwrap();
//! drop((orders, waiter));
//!
//! assert_eq!(kitchen.recv().await, Some("soup"));
//! assert_eq!(kitchen.recv().await, Some("salad"));
//! assert_eq!(kitchen.recv().await, None);
//! # });
//! ```

mod channel;
mod permit;
mod receiver;
mod reservation;
mod sender;
mod unbounded;
mod weak;

pub use permit::{OwnedPermit, Permit, PermitIterator};
pub use receiver::Receiver;
pub use sender::Sender;
pub use unbounded::{UnboundedReceiver, UnboundedSender};
pub use weak::{WeakSender, WeakUnboundedSender};

pub use crate::sync::mpsc::error;

/// Makes a channel for at most `capacity` values at once.
///
/// It takes memory for the values that are queued, not for the capacity.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::local::mpsc::channel(1);
/// sender.send("sandwich").await.unwrap();
/// assert_eq!(receiver.recv().await, Some("sandwich"));
/// # });
/// ```
///
/// # Panics
/// If `capacity` is zero.
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(
        capacity > 0,
        "`mpsc::channel(0)` could never send: give it a capacity of at least one"
    );
    let (sender, receiver) = channel::channel(capacity);
    (Sender(sender), Receiver(receiver))
}

/// Makes a channel without a bound: a send never waits, and only memory limits the queue.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
/// sender.send("sandwich").unwrap();
/// assert_eq!(receiver.recv().await, Some("sandwich"));
/// # });
/// ```
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (sender, receiver) = channel::channel(usize::MAX);
    (UnboundedSender(sender), UnboundedReceiver(receiver))
}
