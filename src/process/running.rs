//! A running child: one that has not been reaped. Its number is its own for that long.

use std::io;
use std::process::{Child, ExitStatus};
use std::task::{Context, Poll};

use super::exit::{Exit, Telling};

#[derive(Debug)]
pub(super) struct Running {
    /// Tells when it is worth a look.
    exit: Exit,
    /// Std's, which knows how to look, and remembers what it has seen.
    child: Child,
}

impl Running {
    /// # Errors
    /// Gives the child back with the error of the system.
    pub(super) fn new(child: Child, telling: Telling) -> Result<Self, (Child, io::Error)> {
        match Exit::of(&child, telling) {
            Ok(exit) => Ok(Self { exit, child }),
            Err(error) => Err((child, error)),
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reaps the child if it has ended.
    pub(super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Reaps the child once it has ended.
    pub(super) fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<ExitStatus>> {
        let child = &mut self.child;
        self.exit.poll(cx, || child.try_wait())
    }

    pub(super) fn kill(&mut self) -> io::Result<()> {
        match &self.exit {
            // A sandbox may allow a pidfd, but no signal by it.
            Exit::Pidfd(pidfd) => pidfd.kill().or_else(|_| self.child.kill()),
            Exit::Sigchld(_) => self.child.kill(),
        }
    }

    /// The child alone, out of the reactor.
    pub(super) fn into_child(self) -> Child {
        self.child
    }
}
