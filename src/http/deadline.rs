//! The deadlines by name, and the error of each.

use std::error::Error;
use std::fmt;
use std::io;

/// Which of the deadlines has passed. It is the source of the error that a handler gets when it reads a body that comes too
/// slowly, and what a server counts by.
///
/// # Example
/// ```
/// use std::error::Error;
/// use toque::http::Deadline;
///
/// // Whether a handler could not read a body since that came too slowly.
/// fn is_late(error: &(dyn Error + 'static)) -> bool {
///     std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<Deadline>())
/// }
/// let error = std::io::Error::other(Deadline::BodyIdle);
/// assert!(is_late(error.get_ref().unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deadline {
    /// The client has sent nothing since it connected.
    FirstByte,
    /// The head of a request has not come to its end.
    Headers,
    /// No request has followed on the last one.
    KeepAlive,
    /// The request, head and body, has not come to its end.
    Request,
    /// Nothing more of a body has come.
    BodyIdle,
    /// The client has taken nothing of its answer.
    WriteIdle,
}

impl Deadline {
    pub(super) const KINDS: usize = 6;

    /// What a read or a write of the connection answers from now on.
    pub(super) fn error(self) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, self)
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Deadline::FirstByte => "the client has sent nothing since it connected",
            Deadline::Headers => "the head of the request came too slowly",
            Deadline::KeepAlive => "no further request has come",
            Deadline::Request => "the request came too slowly",
            Deadline::BodyIdle => "the body of the request has stopped coming",
            Deadline::WriteIdle => "the client does not read its answer",
        })
    }
}

impl Error for Deadline {}
