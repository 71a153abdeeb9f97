//! What only libc has: `fork`, the signalfd, and what becomes of children. Called by the door and by the process model.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd};
use std::ptr;

use rustix::io::Errno;
use rustix::process::{WaitOptions, wait};

/// Which of the two a process is after a fork.
pub(crate) enum Side {
    Parent,
    Child,
}

/// Splits this process in two. To be called from the only thread of it: the process model has no other.
pub(crate) fn fork() -> io::Result<Side> {
    // SAFETY: the caller is the only thread, so no lock can be held by a thread that the child does not have, and the child may do
    // whatever the parent may.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Side::Child),
        _ => Ok(Side::Parent),
    }
}

/// From here on the kernel takes away a child that has ended, and keeps no exit status for anybody to ask for.
pub(crate) fn leave_no_zombies() -> io::Result<()> {
    // SAFETY: `SIG_IGN` is no function, so nothing of ours runs in a handler.
    match unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) } {
        libc::SIG_ERR => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Waits until there is no child left.
pub(crate) fn wait_for_children() -> io::Result<()> {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(()), // with SIGCHLD ignored it comes when the last has ended
            Err(error) => return Err(error.into()),
        }
    }
}

/// Holds SIGTERM and SIGINT back from now on, in this thread and in those and the children that it starts. The descriptor is readable
/// once one of them has been sent to the process.
pub(crate) fn bell() -> io::Result<OwnedFd> {
    let signals = signals();
    // SAFETY: the set lives for the call, and where to put the old one may be null.
    let held = unsafe { libc::sigprocmask(libc::SIG_BLOCK, &signals, ptr::null_mut()) };
    if held == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: -1 asks for a new descriptor; the set lives for the call.
    let fd = unsafe { libc::signalfd(-1, &signals, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    if fd == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Those that end a kitchen.
fn signals() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: it writes to the set, which is there to be written to.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: `sigemptyset` has made it a set; it fails for a null pointer only.
    let mut set = unsafe { set.assume_init() };
    for signal in [libc::SIGTERM, libc::SIGINT] {
        // SAFETY: a set that is one, and a signal that there is.
        unsafe { libc::sigaddset(&mut set, signal) };
    }
    set
}
