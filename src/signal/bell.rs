//! The bell of a listener: rung in a signal handler, heard in the reactor.
//!
//! The operating system keeps whether it has been rung, so there is nothing that the handler and the runtime share but a
//! descriptor. Rung twice before it is answered, it is heard once.

pub(super) use imp::Bell;

/// An eventfd: its counter is the state.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod imp {
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

    use rustix::event::{EventfdFlags, eventfd};

    #[derive(Debug)]
    pub(in crate::signal) struct Bell(OwnedFd);

    impl Bell {
        pub(in crate::signal) fn new() -> io::Result<Self> {
            let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
            Ok(Self(eventfd(0, flags)?))
        }

        /// One system call, and nothing else: it runs in a signal handler.
        pub(in crate::signal) fn ring(&self) {
            // It fails when the counter is full. Then it has been rung already.
            let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
        }

        /// Whether it has been rung since the last answer. If not, `WouldBlock`.
        pub(in crate::signal) fn answer(&self) -> io::Result<()> {
            rustix::io::read(&self.0, &mut [0; 8])?; // which sets the counter to 0
            Ok(())
        }
    }

    impl AsFd for Bell {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }
}

/// A pair of sockets: what is in between is the state.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod imp {
    use std::io::{self, Read};
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::net::UnixStream;

    /// Rings read in one go. Signals are rare.
    const RINGS: usize = 64;

    #[derive(Debug)]
    pub(in crate::signal) struct Bell {
        /// The handler's end.
        rope: UnixStream,
        /// The listener's end.
        ear: UnixStream,
    }

    impl Bell {
        pub(in crate::signal) fn new() -> io::Result<Self> {
            let (rope, ear) = UnixStream::pair()?;
            rope.set_nonblocking(true)?;
            ear.set_nonblocking(true)?;
            Ok(Self { rope, ear })
        }

        /// One system call, and nothing else: it runs in a signal handler.
        pub(in crate::signal) fn ring(&self) {
            // It fails when there is no room. Then it has been rung already.
            let _ = rustix::io::write(&self.rope, &[0]);
        }

        /// Whether it has been rung since the last answer. If not, `WouldBlock`.
        pub(in crate::signal) fn answer(&self) -> io::Result<()> {
            let mut rings = [0; RINGS];
            let first = (&self.ear).read(&mut rings)?;
            let mut last = first;
            while last == RINGS {
                last = (&self.ear).read(&mut rings).unwrap_or(0);
            }
            Ok(())
        }
    }

    impl AsFd for Bell {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.ear.as_fd()
        }
    }
}
