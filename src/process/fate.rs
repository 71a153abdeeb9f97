//! The fate of a child: what is known of its end. `Child` asks it; dropped early, it sees to it that nothing is left.

use std::io;
use std::mem;
use std::process::ExitStatus;
use std::task::{Context, Poll};

use super::exit::{Telling, is_gone};
use super::orphan;
use super::running::Running;
use crate::runtime::Handle;

#[derive(Debug)]
pub(super) struct Fate {
    state: State,
    /// Whether dropping it while it runs kills it.
    pub(super) kill_on_drop: bool,
    /// The runtime that waits for it when nobody else does.
    home: Handle,
}

/// From `Running` it goes to one of the others, and stays there: no signal is sent to a number that may have a new owner.
#[derive(Debug)]
enum State {
    /// Not reaped.
    Running(Running),
    /// Reaped by us.
    Ended(ExitStatus),
    /// Reaped by something else, so that its status is lost.
    Gone,
}

impl Fate {
    /// Of a child that was started a moment ago. If that can't be watched it is killed.
    pub(super) fn new(
        child: std::process::Child,
        telling: Telling,
        home: Handle,
    ) -> io::Result<Self> {
        let state = match Running::new(child, telling) {
            Ok(running) => State::Running(running),
            // Whoever started it may have waited for it, too: then it knows its status.
            Err((mut child, error)) if is_gone(&error) => match child.try_wait() {
                Ok(Some(status)) => State::Ended(status),
                _ => State::Gone,
            },
            Err((child, error)) => {
                orphan::give_up(child);
                return Err(error);
            }
        };
        Ok(Self {
            state,
            kill_on_drop: true,
            home,
        })
    }

    /// The child's number, as long as that is its own.
    pub(super) fn id(&self) -> Option<u32> {
        match &self.state {
            State::Running(running) => Some(running.id()),
            State::Ended(_) | State::Gone => None,
        }
    }

    pub(super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        match &mut self.state {
            State::Running(running) => match running.try_wait().transpose() {
                Some(found) => self.learn(found).map(Some),
                None => Ok(None),
            },
            State::Ended(status) => Ok(Some(*status)),
            State::Gone => Err(gone()),
        }
    }

    pub(super) fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<ExitStatus>> {
        match &mut self.state {
            State::Running(running) => running.poll_wait(cx).map(|result| self.learn(result)),
            State::Ended(status) => Poll::Ready(Ok(*status)),
            State::Gone => Poll::Ready(Err(gone())),
        }
    }

    /// Remembers what a look has found.
    fn learn(&mut self, found: io::Result<ExitStatus>) -> io::Result<ExitStatus> {
        match found {
            Ok(status) => {
                self.state = State::Ended(status);
                Ok(status)
            }
            Err(error) if is_gone(&error) => {
                self.state = State::Gone;
                Err(gone())
            }
            Err(error) => Err(error),
        }
    }

    /// Nothing to do for one that has ended.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Running(running) => running.kill(),
            State::Ended(_) | State::Gone => Ok(()),
        }
    }
}

impl Drop for Fate {
    fn drop(&mut self) {
        let State::Running(mut running) = mem::replace(&mut self.state, State::Gone) else {
            return;
        };
        if self.kill_on_drop {
            let _ = running.kill(); // of another user by now, perhaps: then it can't be
        }
        orphan::see_off(running, &self.home);
    }
}

#[cold]
fn gone() -> io::Error {
    io::Error::other(
        "the child has ended, but its status is lost (ECHILD): this process ignores SIGCHLD, or something in it has waited for \
         every child",
    )
}
