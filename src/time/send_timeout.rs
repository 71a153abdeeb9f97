//! `send_timeout`: the send of a bounded channel that needs a clock, and so lives here.

use std::future::Future;
use std::time::Duration;

use super::timeout;
use crate::sync::mpsc::Sender;
use crate::sync::mpsc::error::SendTimeoutError;

impl<T> Sender<T> {
    /// Sends a value, and waits for room for `limit` at most. If there is room it is sent, whatever the limit.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::sync::mpsc::{self, error::SendTimeoutError};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, _receiver) = mpsc::channel(1);
    /// let limit = Duration::from_millis(1);
    /// assert_eq!(sender.send_timeout("soup", limit).await, Ok(()));
    /// let late = sender.send_timeout("salad", limit).await;
    /// assert_eq!(late, Err(SendTimeoutError::Timeout("salad")));
    /// # });
    /// ```
    ///
    /// # Errors
    /// Gives the value back: in `Timeout` if there was no room in time, in `Closed` if the receiver was closed or dropped.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it drops the value, which was not sent, and loses its turn.
    #[track_caller]
    pub fn send_timeout(
        &self,
        value: T,
        limit: Duration,
    ) -> impl Future<Output = Result<(), SendTimeoutError<T>>> {
        let place = self.reserve(); // not in the block, which would not know who has called
        async move {
            match timeout(limit, place).await {
                Ok(Ok(permit)) => {
                    permit.send(value);
                    Ok(())
                }
                Ok(Err(_closed)) => Err(SendTimeoutError::Closed(value)),
                Err(_elapsed) => Err(SendTimeoutError::Timeout(value)),
            }
        }
    }
}
