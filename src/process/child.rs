//! The child: a process that was started, and can be awaited.

use std::future::poll_fn;
use std::io;
use std::process::{ExitStatus, Output};
use std::task::Poll;

use super::exit::Telling;
use super::fate::Fate;
use super::output::Collected;
use super::stdio::{ChildStderr, ChildStdin, ChildStdout};
use crate::runtime::Handle;

/// A process that was started by a [`Command`](super::Command).
///
/// Dropped, it goes on running, unless [`kill_on_drop`](super::Command::kill_on_drop) is set; its runtime
/// [reaps it](super#whose-child-is-it-in-the-end).
///
/// # Example
/// ```
/// use toque::process::Command;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut child = Command::new("sleep").arg("60").spawn()?;
///     assert!(child.id().is_some());
///     child.kill().await?;
///     assert!(!child.wait().await?.success());
///     assert_eq!(child.id(), None);
///     Ok(())
/// })
/// # }
/// ```
#[derive(Debug)]
pub struct Child {
    /// What it reads, if that was [piped](std::process::Stdio::piped). [`wait`](Self::wait) closes it.
    pub stdin: Option<ChildStdin>,
    /// What it says, if that was piped.
    pub stdout: Option<ChildStdout>,
    /// What it complains of, if that was piped.
    pub stderr: Option<ChildStderr>,
    /// The process itself. A type of its own, since a `Child` without a destructor can be taken apart.
    fate: Fate,
}

impl Child {
    /// Takes over a child of std's. If it can't be watched it is killed.
    pub(super) fn new(
        mut child: std::process::Child,
        telling: Telling,
        kill_on_drop: bool,
        home: Handle,
    ) -> io::Result<Self> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut this = Self {
            fate: Fate::new(child, telling, home)?,
            stdin: stdin.map(ChildStdin::from_std).transpose()?,
            stdout: stdout.map(ChildStdout::from_std).transpose()?,
            stderr: stderr.map(ChildStderr::from_std).transpose()?,
        };
        this.fate.kill_on_drop = kill_on_drop; // from here on it is the caller's
        Ok(this)
    }

    /// The process's number, until it has been reaped: after that it may be another's.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("true").spawn()?;
    /// println!("process {} has begun", child.id().unwrap());
    /// child.wait().await?;
    /// assert_eq!(child.id(), None);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn id(&self) -> Option<u32> {
        self.fate.id()
    }

    /// Closes the child's standard input, and waits until it has ended.
    ///
    /// The input is closed since a child that waits for more of it would never end. To keep it, take it out of
    /// [`stdin`](Self::stdin) before. Output that is piped and not read may stop the child:
    /// [`wait_with_output`](Self::wait_with_output) reads it. Once it has ended, every call gives the same status.
    ///
    /// # Errors
    /// If this process ignores `SIGCHLD` or something in it has waited for the child, so that the status is lost. On a foreign
    /// thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost: the next call gives the status. The input stays closed.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("false").spawn()?;
    /// assert_eq!(child.wait().await?.code(), Some(1));
    /// assert_eq!(child.wait().await?.code(), Some(1)); // asked again, it says the same
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        poll_fn(|cx| self.fate.poll_wait(cx)).await
    }

    /// The child's status, if it has ended. The standard input stays open.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("sleep").arg("600").spawn()?;
    /// assert!(child.try_wait()?.is_none()); // it still sleeps
    /// child.kill().await?;
    /// assert!(child.try_wait()?.is_some());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.fate.try_wait()
    }

    /// Sends `SIGKILL`, and does not wait for the end. Nothing happens to one that has ended.
    ///
    /// # Errors
    /// As the system reports them: `PermissionDenied` if the child is another user's by now.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::process::ExitStatusExt;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("sleep").arg("600").spawn()?;
    /// child.start_kill()?;
    /// assert_eq!(child.wait().await?.signal(), Some(9)); // SIGKILL
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn start_kill(&mut self) -> io::Result<()> {
        self.fate.kill()
    }

    /// Sends `SIGKILL`, and waits for the end.
    ///
    /// # Errors
    /// As [`start_kill`](Self::start_kill) and [`wait`](Self::wait).
    ///
    /// # Cancel safety
    /// The signal has been sent by the first poll; nothing is lost.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("sleep").arg("600").spawn()?;
    /// child.kill().await?;
    /// assert_eq!(child.id(), None); // it has been reaped
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn kill(&mut self) -> io::Result<()> {
        self.start_kill()?;
        self.wait().await.map(drop)
    }

    /// Closes the child's standard input, reads all it says by the pipes that are still here, and waits until it has ended.
    ///
    /// It reads until the end of the pipes, which those that the child has started may have inherited.
    ///
    /// # Errors
    /// Those of reading, and as [`wait`](Self::wait).
    ///
    /// # Cancel safety
    /// The child is dropped with what has been read.
    ///
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let child = Command::new("echo").arg("soup").stdout(Stdio::piped()).spawn()?;
    /// let output = child.wait_with_output().await?;
    /// assert!(output.status.success());
    /// assert_eq!(output.stdout, b"soup\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn wait_with_output(mut self) -> io::Result<Output> {
        drop(self.stdin.take());
        let mut stdout = Collected::from(self.stdout.take());
        let mut stderr = Collected::from(self.stderr.take());
        poll_fn(|cx| {
            // Each time both, or a child that fills one pipe while the other is read would wait for ever.
            let ends = [stdout.poll_end(cx)?, stderr.poll_end(cx)?];
            if ends.iter().all(Poll::is_ready) {
                return Poll::Ready(io::Result::Ok(()));
            }
            Poll::Pending // each that is has seen to the wake
        })
        .await?;
        Ok(Output {
            status: self.wait().await?,
            stdout: stdout.bytes,
            stderr: stderr.bytes,
        })
    }
}
