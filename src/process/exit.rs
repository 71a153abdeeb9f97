//! The exit: what tells that a child has ended. A pidfd, or else a listener for `SIGCHLD`.

use std::io;
use std::process::Child;
use std::task::{Context, Poll, ready};

use rustix::io::Errno;

use super::pidfd::Pidfd;
use crate::signal::unix::{Signal, SignalKind, signal};

/// How to be told of an end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Telling {
    /// By the best that the system has.
    #[default]
    Best,
    /// By `SIGCHLD`, as where there is no pidfd.
    Sigchld,
}

#[derive(Debug)]
pub(super) enum Exit {
    /// Tells of this child alone.
    Pidfd(Pidfd),
    /// Tells of each child of the process, so each time it is to be seen which it was.
    Sigchld(Signal),
}

impl Exit {
    /// Of a child that has not been reaped.
    pub(super) fn of(child: &Child, telling: Telling) -> io::Result<Self> {
        match telling {
            Telling::Best => Self::best(child),
            Telling::Sigchld => Self::sigchld(),
        }
    }

    fn best(child: &Child) -> io::Result<Self> {
        match Pidfd::open(child) {
            Ok(pidfd) => Ok(Self::Pidfd(pidfd)),
            // The system has reaped it, since SIGCHLD is ignored. A listener would put an end to that for the whole process.
            Err(error) if is_gone(&error) => Err(error),
            Err(_) => Self::sigchld(),
        }
    }

    fn sigchld() -> io::Result<Self> {
        Ok(Self::Sigchld(signal(SignalKind::child())?))
    }

    /// Asks `ended` whenever the child may have ended, until it says so.
    pub(super) fn poll<R>(
        &mut self,
        cx: &mut Context<'_>,
        mut ended: impl FnMut() -> io::Result<Option<R>>,
    ) -> Poll<io::Result<R>> {
        match self {
            Self::Pidfd(pidfd) => pidfd.poll(cx, || {
                ended()?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
            }),
            Self::Sigchld(signal) => loop {
                // It has listened since before the look: a child that ends after it is heard of.
                if let Some(result) = ended()? {
                    return Poll::Ready(Ok(result));
                }
                ready!(signal.poll_heard(cx))?;
            },
        }
    }
}

/// Whether an error says that there is no such child any more: reaped, but not by us.
pub(super) fn is_gone(error: &io::Error) -> bool {
    let gone = [Errno::CHILD, Errno::SRCH].map(|errno| Some(errno.raw_os_error()));
    gone.contains(&error.raw_os_error())
}
