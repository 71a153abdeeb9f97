//! What the operating system tells of a thread that is blocked, without its help.
//!
//! A stack that is walked by its own thread would take a signal, whose handler may do next to nothing; one that is walked by another takes
//! a debugger. Linux shows two words of a thread that is in a system call: which call, and where its stack ends. The rest of the stack is
//! memory of this process, which may be read as a file.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
#[path = "other.rs"]
mod linux;

use std::fmt;

pub(super) use linux::{ThisThread, threads};

/// A thread that keeps its runtime from going on, as the operating system sees it.
///
/// # Example
/// ```
/// use std::{sync::mpsc, time::Duration};
///
/// let (tell, told) = mpsc::channel();
/// let runtime = toque::Builder::new_current_thread()
///     .warn_on_stall(Duration::from_millis(10))
///     .on_stall(move |stall| drop(tell.send(stall.clone())))
///     .build()?;
/// let stall = runtime.block_on(async { told.recv().unwrap() }); // this blocks the thread
/// if let Some(thread) = stall.thread {
///     println!("{thread}"); // S (sleeping), since it waits for the channel
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BlockedThread {
    /// What it does, in the words of Linux: `R (running)`, `S (sleeping)`, `D (disk sleep)`.
    pub state: String,
    /// The function of the kernel that it waits in, if Linux tells.
    pub waits_in: Option<String>,
    /// The number of the system call that it is in, if it is in one.
    pub system_call: Option<u64>,
    /// Where the functions that led there go on when they return, the innermost first. Read from the stack without knowing its frames: a
    /// word counts if the machine code before the place it points to is a call. So there may be a few that are left from earlier calls. Empty
    /// for a thread that computes, and elsewhere than on x86-64.
    pub frames: Vec<Frame>,
}

/// A place in a program: `addr2line -Cfe MODULE OFFSET` gives its function and line.
///
/// # Example
/// ```
/// use std::{sync::mpsc, time::Duration};
///
/// let (tell, told) = mpsc::channel();
/// let runtime = toque::Builder::new_current_thread()
///     .warn_on_stall(Duration::from_millis(10))
///     .on_stall(move |stall| drop(tell.send(stall.clone())))
///     .build()?;
/// let stall = runtime.block_on(async { told.recv().unwrap() }); // this blocks the thread
/// for frame in stall.thread.into_iter().flat_map(|thread| thread.frames) {
///     println!("addr2line -Cfe {} {:#x}", frame.module, frame.offset);
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// Where it is in memory.
    pub address: u64,
    /// The file it was loaded from.
    pub module: String,
    /// Where it is in there, as the file's own addresses go if it is loaded as it is linked by default.
    pub offset: u64,
}

impl BlockedThread {
    /// Looks at it. `None` if there is nothing to be seen.
    pub(super) fn look(thread: &ThisThread) -> Option<Self> {
        linux::look(thread)
    }
}

/// Frames that are shown in a line; a debugger has the rest.
const SHOWN: usize = 16;

impl fmt::Display for BlockedThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its thread is {}", self.state)?;
        if let Some(call) = self.system_call {
            write!(f, " in system call {call}")?;
        }
        if let Some(function) = &self.waits_in {
            write!(f, " ({function})")?;
        }
        for frame in self.frames.iter().take(SHOWN) {
            write!(f, "\n    {:#x} {}", frame.offset, frame.module)?;
        }
        Ok(())
    }
}
