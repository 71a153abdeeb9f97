//! The way to the pool: a call of the file system is made on a thread that may wait for the disk.
//! Every function of [`fs`](super) goes through here.

use std::io;

use crate::executor::error::JoinError;
use crate::runtime::{Answer, Duty};

/// Makes a call on the pool, and waits for its answer.
pub(super) async fn on_pool<T, F>(call: F) -> io::Result<T>
where
    F: FnOnce() -> io::Result<T> + Send + 'static,
    T: Send + 'static,
{
    let answer = start(call)?.await;
    answer.unwrap_or_else(|error| Err(no_answer(error)))
}

/// Begins a call that nobody needs if the runtime ends before it has begun.
pub(super) fn start<T, F>(call: F) -> io::Result<Answer<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Answer::try_of(Duty::Optional, call)
}

/// Begins a call that is made even if the runtime ends before it has begun.
pub(super) fn start_mandatory<T, F>(call: F) -> io::Result<Answer<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Answer::try_of(Duty::Mandatory, call)
}

/// What became of a call without an answer.
pub(super) fn no_answer(error: JoinError) -> io::Error {
    if error.is_cancelled() {
        return io::Error::other("the runtime has ended before the file system was asked");
    }
    io::Error::other(error) // it says what the panic said
}
