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
