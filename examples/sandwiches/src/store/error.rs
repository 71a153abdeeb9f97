//! The errors of a store: why it does not open, and why it did not do what it was asked.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What lies behind an error: for the log, not for clients.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why the store did not do what it was asked. Except for a lost answer ([`Unavailable`](StoreError::Unavailable) says
/// more), nothing has changed.
#[derive(Debug)]
pub enum StoreError {
    /// There is no such sandwich, or no such order.
    NotFound,
    /// The sandwich is there, but not in a version that was asked for.
    PreconditionFailed {
        /// The version it has.
        current: u64,
    },
    /// The order has taken its last step already.
    Finished,
    /// Another cook has the order, or nobody has: the lease ran out.
    LeaseLost,
    /// Not now: locked, full, no connection, too much to do, closed. The same call may succeed later, without a restart.
    ///
    /// If the connection broke or the time was over while a change was under way, the change may have been made or not.
    Unavailable {
        /// When it may be worth to try again.
        retry_after: Duration,
        /// What happened.
        source: Cause,
    },
    /// A fault on our side, in the file or in the schema. To try again helps only once somebody has repaired it.
    Broken {
        /// What happened.
        source: Cause,
    },
}

impl StoreError {
    /// Unavailable, for about a second.
    pub(super) fn unavailable(source: impl Into<Cause>) -> StoreError {
        StoreError::Unavailable {
            retry_after: Duration::from_secs(1),
            source: source.into(),
        }
    }

    /// A fault on our side.
    pub(super) fn broken(source: impl Into<Cause>) -> StoreError {
        StoreError::Broken {
            source: source.into(),
        }
    }

    /// What lies behind it, for an error that says the rest itself.
    pub(super) fn into_cause(self) -> Cause {
        match self {
            StoreError::Unavailable { source, .. } | StoreError::Broken { source } => source,
            other => other.into(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::NotFound => f.write_str("it is not there"),
            StoreError::PreconditionFailed { current } => {
                write!(f, "it is of another version, {current}")
            }
            StoreError::Finished => f.write_str("the order has taken its last step already"),
            StoreError::LeaseLost => f.write_str("another cook has the order"),
            StoreError::Unavailable { source, .. } => {
                write!(f, "the store does not answer now: {}", Chain(&**source))
            }
            StoreError::Broken { source } => write!(f, "the store is broken: {}", Chain(&**source)),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::Unavailable { source, .. } | StoreError::Broken { source } => {
                Some(&**source)
            }
            _ => None,
        }
    }
}

/// Why the store does not open. Every message begins with the place: the file, or the URL without its password.
#[derive(Debug)]
pub enum OpenError {
    /// The place cannot be reached: no such folder, no permission, locked, no server, wrong password.
    Unreachable {
        /// Where the store should be.
        place: String,
        /// What happened.
        source: Cause,
    },
    /// There is something, but no store of ours: not a database, cut short, damaged, or of a kind that cannot be used.
    Corrupt {
        /// Where the store should be.
        place: String,
        /// What is wrong.
        source: Cause,
    },
    /// A newer version of this program has written it.
    NewerSchema {
        /// Where the store is.
        place: String,
        /// The version of its schema.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Unreachable { place, source } => write!(f, "{place}: {}", Chain(&**source)),
            OpenError::Corrupt { place, source } => {
                write!(f, "{place}: not usable as a store: {}", Chain(&**source))
            }
            OpenError::NewerSchema {
                place,
                found,
                known,
            } => write!(
                f,
                "{place}: its schema has version {found}, this program knows versions up to {known}; \
                 use the newer program that wrote it"
            ),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            OpenError::Unreachable { source, .. } | OpenError::Corrupt { source, .. } => {
                Some(&**source)
            }
            OpenError::NewerSchema { .. } => None,
        }
    }
}

/// An error with all that lies behind it, in one line.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}
