//! The pidfd: a descriptor of a process, readable once that has ended. On Linux.

pub(super) use imp::Pidfd;

#[cfg(target_os = "linux")]
mod imp {
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::process::Child;
    use std::task::{Context, Poll};

    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    use crate::reactor::Direction;
    use crate::runtime::Registration;

    #[derive(Debug)]
    pub(in crate::process) struct Pidfd {
        /// Its place in the reactor. Before `fd`, so that it leaves the reactor before the descriptor is closed.
        registration: Registration,
        fd: OwnedFd,
    }

    impl Pidfd {
        /// Of a child that has not been reaped, so that its number is its own.
        ///
        /// # Errors
        /// Before Linux 5.3, in sandboxes that forbid it, and if there are no more descriptors.
        pub(in crate::process) fn open(child: &Child) -> io::Result<Self> {
            let fd = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
            Ok(Self {
                // It may have ended already, so it is tried before it is waited for.
                registration: Registration::new(fd.as_fd(), true)?,
                fd,
            })
        }

        /// Asks `ended` once, and again when the process has ended, until it says something else than `WouldBlock`.
        pub(in crate::process) fn poll<R>(
            &self,
            cx: &mut Context<'_>,
            ended: impl FnMut() -> io::Result<R>,
        ) -> Poll<io::Result<R>> {
            self.registration.poll_io(Direction::Read, cx, ended)
        }

        /// Kills this process and no other, also if something else has reaped it and its number has a new owner.
        pub(in crate::process) fn kill(&self) -> io::Result<()> {
            match pidfd_send_signal(&self.fd, Signal::KILL) {
                Ok(()) | Err(Errno::SRCH) => Ok(()),
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// Elsewhere there is none.
#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;
    use std::process::Child;
    use std::task::{Context, Poll};

    #[derive(Debug)]
    pub(in crate::process) enum Pidfd {}

    impl Pidfd {
        pub(in crate::process) fn open(_: &Child) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::process) fn poll<R>(
            &self,
            _: &mut Context<'_>,
            _: impl FnMut() -> io::Result<R>,
        ) -> Poll<io::Result<R>> {
            match *self {}
        }

        pub(in crate::process) fn kill(&self) -> io::Result<()> {
            match *self {}
        }
    }
}
