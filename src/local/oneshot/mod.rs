//! `oneshot`: a channel for one value, from one sender to one receiver.
//! That of [`sync`](crate::sync::oneshot) for tasks of one thread.
//!
//! ```
//! # toque::Runtime::new().unwrap().block_on(async {
//! use toque::local::oneshot;
//!
//! let (order, lunch) = oneshot::channel();
//! toque::spawn(async move { order.send("sandwich") });
//! assert_eq!(lunch.await, Ok("sandwich"));
//! # });
//! ```

mod receiver;
mod sender;
mod state;

pub use receiver::Receiver;
pub use sender::Sender;

pub use crate::sync::oneshot::error;

use std::rc::Rc;

use state::Channel;

/// Makes a channel for one value.
///
/// # Example
/// ```
/// let (sender, mut receiver) = toque::local::oneshot::channel();
/// sender.send(3).unwrap();
/// assert_eq!(receiver.try_recv(), Ok(3));
/// ```
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Rc::new(Channel::new());
    (Sender::new(channel.clone()), Receiver::new(channel))
}
