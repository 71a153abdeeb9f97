//! `oneshot`: a channel for one value, from one sender to one receiver.
//! The answer to a request: the sender goes with the request, and the receiver is awaited where it was made.
//!
//! ```
//! # toque::Runtime::new().unwrap().block_on(async {
//! use toque::sync::oneshot;
//!
//! let (order, lunch) = oneshot::channel();
//! std::thread::spawn(move || order.send("sandwich"));
//! assert_eq!(lunch.await, Ok("sandwich"));
//! # });
//! ```

pub mod error;
mod receiver;
mod sender;
mod state;

pub use receiver::Receiver;
pub use sender::Sender;

use crate::shim::sync::Arc;
use state::Channel;

/// Makes a channel for one value.
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::oneshot::channel();
/// sender.send(3).unwrap();
/// assert_eq!(receiver.blocking_recv(), Ok(3));
/// ```
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel::new());
    (Sender::new(channel.clone()), Receiver::new(channel))
}

#[cfg(all(test, loom))]
mod loom_models;
