//! The system calls that make and check pipes.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};

pub(super) use imp::pipe;

/// What an end is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    Read,
    Write,
}

/// Opens a named pipe, non-blocking; for both accesses if `both`.
pub(super) fn open(path: &Path, access: Access, both: bool) -> io::Result<OwnedFd> {
    let access = match access {
        _ if both => OFlags::RDWR,
        Access::Read => OFlags::RDONLY,
        Access::Write => OFlags::WRONLY,
    };
    let flags = access | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// # Errors
/// `InvalidInput` if the descriptor is no pipe, or not open for that access.
pub(super) fn check(fd: &OwnedFd, access: Access) -> io::Result<()> {
    if FileType::from_raw_mode(rustix::fs::fstat(fd)?.st_mode) != FileType::Fifo {
        return Err(invalid("not a pipe: `unchecked` takes other descriptors"));
    }
    let forbidden = match access {
        Access::Read => OFlags::WRONLY,
        Access::Write => OFlags::RDONLY,
    };
    if rustix::fs::fcntl_getfl(fd)? & OFlags::RWMODE == forbidden {
        return Err(invalid("the other end of a pipe"));
    }
    Ok(())
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// The receiver's and the sender's end, non-blocking.
#[cfg(not(target_vendor = "apple"))]
mod imp {
    use super::{OwnedFd, io};
    use rustix::pipe::PipeFlags;

    pub(in crate::net::unix::pipe) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
        let flags = PipeFlags::CLOEXEC | PipeFlags::NONBLOCK;
        Ok(rustix::pipe::pipe_with(flags)?)
    }
}

/// The same, one call after the other.
#[cfg(target_vendor = "apple")]
mod imp {
    use super::{OwnedFd, io};
    use rustix::io::FdFlags;

    pub(in crate::net::unix::pipe) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
        let (receiver, sender) = rustix::pipe::pipe()?;
        for end in [&receiver, &sender] {
            rustix::io::fcntl_setfd(end, FdFlags::CLOEXEC)?;
            rustix::io::ioctl_fionbio(end, true)?;
        }
        Ok((receiver, sender))
    }
}
