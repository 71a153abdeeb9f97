//! Why a task has no output: it was cancelled, or it panicked.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

use super::home::Home;
use super::task::{Id, Meta};
use super::unhandled::TaskPanic;

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

/// A panic, and what is to be told of it if nobody asks for the outcome.
struct Panicked {
    /// A payload is `Send`, not `Sync`: the lock makes the error both.
    payload: Mutex<Box<dyn Any + Send>>,
    /// `None` for the child of a scope: there the scope goes on with the panic.
    task: Option<Told>,
}

/// What is to be told of a task whose panic nobody awaits.
struct Told {
    home: Arc<Home>,
    name: Option<Box<str>>,
    location: &'static Location<'static>,
}

enum Why {
    Cancelled,
    Panicked(Panicked),
}

impl JoinError {
    pub(crate) fn cancelled(id: Id) -> Self {
        Self(Box::new(Inner {
            id,
            why: Why::Cancelled,
        }))
    }

    #[cold]
    pub(super) fn panicked(task: &Meta, payload: Box<dyn Any + Send>) -> Self {
        Self(Box::new(Inner {
            id: task.id(),
            why: Why::Panicked(Panicked {
                payload: Mutex::new(payload),
                task: Some(Told {
                    home: Arc::clone(task.home()),
                    name: task.name().map(Into::into),
                    location: task.location(),
                }),
            }),
        }))
    }

    #[cold]
    pub(crate) fn panicked_in_scope(id: Id, payload: Box<dyn Any + Send>) -> Self {
        let payload = Mutex::new(payload);
        let task = None;
        Self(Box::new(Inner {
            id,
            why: Why::Panicked(Panicked { payload, task }),
        }))
    }

    /// The outcome is thrown away unread: a panic goes to whoever the runtime has for that.
    #[cold]
    pub(super) fn nobody_asked(&self) {
        let Why::Panicked(panicked) = &self.0.why else {
            return;
        };
        if let Some(task) = &panicked.task {
            task.home.unhandled(&TaskPanic {
                id: self.0.id,
                name: task.name.as_deref(),
                location: task.location,
                message: panicked.message(),
            });
        }
    }

    /// Whether the task was aborted, or its runtime was dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(std::future::pending::<()>());
    /// order.abort();
    /// assert!(order.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0.why, Why::Cancelled)
    }

    /// Whether the task panicked.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(async { panic!("burnt") });
    /// assert!(order.await.unwrap_err().is_panic());
    /// # });
    /// ```
    pub fn is_panic(&self) -> bool {
        matches!(self.0.why, Why::Panicked(_))
    }

    /// The panic's payload, for [`resume_unwind`](std::panic::resume_unwind).
    ///
    /// # Panics
    /// If the task did not panic.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(async { panic!("burnt") });
    /// let panic = order.await.unwrap_err().into_panic();
    /// assert_eq!(panic.downcast_ref(), Some(&"burnt"));
    /// # });
    /// ```
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        self.try_into_panic()
            .expect("`JoinError::into_panic` of a task that was cancelled and did not panic")
    }

    /// The panic's payload.
    ///
    /// # Errors
    /// The error itself, if the task did not panic.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(std::future::pending::<()>());
    /// order.abort();
    /// let error = order.await.unwrap_err().try_into_panic().unwrap_err();
    /// assert!(error.is_cancelled());
    /// # });
    /// ```
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        if self.is_cancelled() {
            return Err(self);
        }
        match self.0.why {
            Why::Panicked(Panicked { payload, .. }) => {
                Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Why::Cancelled => unreachable!("looked at above"),
        }
    }

    /// The task's id.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(std::future::pending::<()>());
    /// let id = order.id();
    /// order.abort();
    /// assert_eq!(order.await.unwrap_err().id(), id);
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.0.id
    }
}

impl Panicked {
    /// What the panic said, if it said it in words.
    fn message(&self) -> Option<String> {
        let payload = self.payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.why {
            Why::Cancelled => write!(f, "task {} was cancelled", self.id()),
            Why::Panicked(panicked) => match panicked.message() {
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
            Why::Panicked(panicked) => match panicked.message() {
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
