//! `watch`: one value that changes, seen by many.
//! A receiver sees the latest value, not each of them: for configuration, state and progress.
//!
//! Each receiver remembers the version it has seen; [`Receiver::changed`] waits for another.
//!
//! [`Ref`] holds a lock. While it lives, a send waits for it and blocks its thread; so on a thread that runs tasks, a
//! `Ref` that is kept across an await can stop all of them. Copy what is needed out of it, and let it go.
//!
//! ```
//! # toque::Runtime::new().unwrap().block_on(async {
//! let (sender, mut receiver) = toque::sync::watch::channel("closed");
//! assert_eq!(*receiver.borrow(), "closed");
//! sender.send("open").unwrap();
//! receiver.changed().await.unwrap();
//! assert_eq!(*receiver.borrow_and_update(), "open");
//! # });
//! ```

mod borrowed;
pub mod error;
mod receiver;
mod sender;
mod shared;

pub use borrowed::Ref;
pub use receiver::Receiver;
pub use sender::Sender;

/// Makes a channel with its first value, which the receiver has seen.
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::watch::channel(1);
/// sender.send(2).unwrap();
/// assert_eq!(*receiver.borrow(), 2);
/// ```
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(value);
    let receiver = sender.subscribe();
    (sender, receiver)
}

#[cfg(all(test, loom))]
mod loom_models;
