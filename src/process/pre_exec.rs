//! What runs in the child before its program does. Set on a `Command` by whoever knows what may run there.

use std::io;
use std::os::unix::process::CommandExt;

use super::Command;

impl Command {
    /// Has a closure run in the child, after the fork and before the program.
    ///
    /// # Safety
    /// The closure runs in a copy of this process that has one thread, whatever the others held at that moment: it must call
    /// nothing but what POSIX allows in a signal handler. It must not use the runtime. [`std`'s documentation] has the details.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut command = Command::new("true");
    /// // SAFETY: it makes an error of a number, and nothing else: that may be done in a signal handler.
    /// unsafe { command.pre_exec(|| Err(std::io::Error::from_raw_os_error(1))) };
    /// assert!(command.status().await.is_err()); // the program has not begun
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// [`std`'s documentation]: std::os::unix::process::CommandExt::pre_exec
    pub unsafe fn pre_exec<F>(&mut self, closure: F) -> &mut Command
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static,
    {
        // SAFETY: the caller makes std's promise, which is the same.
        unsafe { self.as_std_mut().pre_exec(closure) };
        self
    }
}
