//! `broadcast`: a queue from many senders to many receivers, where each receiver gets every value.
//! It never makes a sender wait: a receiver that is too slow loses the oldest values, and is told how many.
//!
//! - The capacity is rounded up to a power of two. The channel keeps that many of the latest values, each until every
//!   receiver has taken it.
//! - A receiver that has fallen behind gets [`Lagged`](error::RecvError::Lagged) once, and goes on with the oldest value
//!   that is kept.
//! - A value is cloned for each receiver, under a lock on that value alone. So it need not be `Sync`, and its `clone`
//!   must not use the channel.
//!
//! ```
//! # toque::Runtime::new().unwrap().block_on(async {
//! let (bell, mut waiter) = toque::sync::broadcast::channel(16);
//! let mut cook = bell.subscribe();
//! bell.send("lunch time").unwrap();
//! assert_eq!(waiter.recv().await, Ok("lunch time"));
//! assert_eq!(cook.recv().await, Ok("lunch time"));
//! # });
//! ```

pub mod error;
mod receiver;
mod sender;
mod shared;
mod weak;

pub use receiver::Receiver;
pub use sender::Sender;
pub use weak::WeakSender;

/// Makes a channel that keeps at least `capacity` values.
///
/// # Example
/// ```
/// let (sender, mut receiver) = toque::sync::broadcast::channel(16);
/// sender.send("sandwich").unwrap();
/// assert_eq!(receiver.try_recv(), Ok("sandwich"));
/// ```
///
/// # Panics
/// As [`Sender::new`].
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(capacity);
    let receiver = sender.subscribe();
    (sender, receiver)
}

#[cfg(all(test, loom))]
mod loom_models;
