//! The last call: tells every waiter, in whatever thread or process, that the kitchen closes.
//! Waited for by waiters between two orders; rung by the model, once.
//!
//! It is a pipe that nobody writes to. When its one writing end is closed, all who poll the reading end see it hang up. It also hangs
//! up when the parent is killed, so no child stays behind.

use std::io;
use std::net::TcpStream;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::{PipeFlags, pipe_with};

/// The waiters' end.
pub(crate) struct LastCall {
    /// Hangs up when it is time.
    pipe: OwnedFd,
}

/// The model's end: dropping it rings. It must not be kept in a child.
pub(crate) struct Rope {
    /// Only held.
    _pipe: OwnedFd,
}

pub(crate) fn new() -> io::Result<(LastCall, Rope)> {
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
    Ok((LastCall { pipe: reader }, Rope { _pipe: writer }))
}

impl LastCall {
    /// Waits until the guest says something. False if it is the last call, and the guest is silent.
    pub(crate) fn wait_for(&self, guest: &TcpStream) -> io::Result<bool> {
        let mut fds = [
            PollFd::new(guest, PollFlags::IN),
            PollFd::new(&self.pipe, PollFlags::empty()), // a hang-up is told unasked
        ];
        rustix::io::retry_on_intr(|| poll(&mut fds, None))?;
        Ok(!fds[0].revents().is_empty())
    }

    pub(crate) fn has_rung(&self) -> io::Result<bool> {
        let mut fds = [PollFd::new(&self.pipe, PollFlags::empty())];
        let now = Timespec::default();
        Ok(rustix::io::retry_on_intr(|| poll(&mut fds, Some(&now)))? > 0)
    }
}
