//! Why a task has no output: it was cancelled, or it panicked.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::task::Id;

/// A task ended without an output.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(std::future::pending::<()>());
/// task.abort();
/// let error = task.await.unwrap_err();
/// assert!(error.is_cancelled());
/// # });
/// ```
pub struct JoinError(
    /// Boxed, so that it makes no task's output larger than a pointer.
    Box<Inner>,
);

struct Inner {
    id: Id,
    why: Why,
}

enum Why {
    Cancelled,
    /// The panic's payload. A payload is `Send`, not `Sync`: the lock makes the error both.
    Panicked(Mutex<Box<dyn Any + Send>>),
}

impl JoinError {
    pub(crate) fn cancelled(id: Id) -> Self {
        Self(Box::new(Inner {
            id,
            why: Why::Cancelled,
        }))
    }

    pub(crate) fn panicked(id: Id, payload: Box<dyn Any + Send>) -> Self {
        Self(Box::new(Inner {
            id,
            why: Why::Panicked(Mutex::new(payload)),
        }))
    }

    /// Whether the task was aborted, or its runtime was dropped.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0.why, Why::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.0.why, Why::Panicked(_))
    }

    /// The panic's payload, for [`resume_unwind`](std::panic::resume_unwind).
    ///
    /// # Panics
    /// If the task did not panic.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        self.try_into_panic()
            .expect("`JoinError::into_panic` of a task that was cancelled and did not panic")
    }

    /// The panic's payload.
    ///
    /// # Errors
    /// The error itself, if the task did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        if self.is_cancelled() {
            return Err(self);
        }
        match self.0.why {
            Why::Panicked(payload) => {
                Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Why::Cancelled => unreachable!("looked at above"),
        }
    }

    /// The task's id.
    pub fn id(&self) -> Id {
        self.0.id
    }

    /// What the panic said, if it said it in words.
    fn message(payload: &Mutex<Box<dyn Any + Send>>) -> Option<String> {
        let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.why {
            Why::Cancelled => write!(f, "task {} was cancelled", self.id()),
            Why::Panicked(payload) => match Self::message(payload) {
                Some(text) => write!(f, "task {} panicked with message {text:?}", self.id()),
                None => write!(f, "task {} panicked", self.id()),
            },
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.why {
            Why::Cancelled => write!(f, "JoinError::Cancelled({:?})", self.id()),
            Why::Panicked(payload) => match Self::message(payload) {
                Some(text) => write!(f, "JoinError::Panic({:?}, {text:?}, ...)", self.id()),
                None => write!(f, "JoinError::Panic({:?}, ...)", self.id()),
            },
        }
    }
}

impl Error for JoinError {}

impl From<JoinError> for std::io::Error {
    fn from(error: JoinError) -> Self {
        let text = if error.is_panic() {
            "task panicked"
        } else {
            "task was cancelled"
        };
        std::io::Error::other(text)
    }
}
