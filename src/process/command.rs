//! The command: what to start, and how. Std's, with children that can be awaited.

use std::ffi::OsStr;
use std::future::Future;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};

use super::Child;
use super::exit::Telling;
use super::orphan;
use crate::runtime::{Handle, current};

/// What to start, and how.
///
/// By default the child inherits the parent's standard input, output and error, its environment and its directory. A command
/// can be spawned more than once.
///
/// Descriptors that were given to it by [`stdin`](Self::stdin) and its like stay open here until the command is dropped or
/// they are set anew: the reader of a pipe does not see the end while a command holds the writing end.
///
/// # Example
/// ```
/// use toque::process::Command;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let status = Command::new("test").args(["soup", "=", "soup"]).status().await?;
///     assert!(status.success());
///     Ok(())
/// })
/// # }
/// ```
#[derive(Debug)]
pub struct Command {
    std: std::process::Command,
    /// For every child of it.
    kill_on_drop: bool,
    /// How its children's ends are told.
    telling: Telling,
}

impl Command {
    /// Starts a program of that name, looked for in `PATH` if there is no slash in it.
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        std::process::Command::new(program).into()
    }

    /// Std's command within.
    pub fn as_std(&self) -> &std::process::Command {
        &self.std
    }

    /// Std's command within, for what this type has no method for.
    pub fn as_std_mut(&mut self) -> &mut std::process::Command {
        &mut self.std
    }

    /// Std's command. Whether to kill on drop is forgotten.
    pub fn into_std(self) -> std::process::Command {
        self.std
    }

    /// Adds an argument. No shell reads it: a space in it is a space.
    pub fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Command {
        self.std.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, args: impl IntoIterator<Item: AsRef<OsStr>>) -> &mut Command {
        self.std.args(args);
        self
    }

    /// Sets a variable of the environment.
    pub fn env(&mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Command {
        self.std.env(key, value);
        self
    }

    /// Sets variables of the environment.
    pub fn envs<K, V>(&mut self, vars: impl IntoIterator<Item = (K, V)>) -> &mut Command
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.std.envs(vars);
        self
    }

    /// Removes a variable of the environment.
    pub fn env_remove(&mut self, key: impl AsRef<OsStr>) -> &mut Command {
        self.std.env_remove(key);
        self
    }

    /// Removes all variables of the environment: the child inherits none.
    pub fn env_clear(&mut self) -> &mut Command {
        self.std.env_clear();
        self
    }

    /// Sets the directory to start in.
    pub fn current_dir(&mut self, dir: impl AsRef<Path>) -> &mut Command {
        self.std.current_dir(dir);
        self
    }

    /// Sets the standard input.
    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Command {
        self.std.stdin(stdin);
        self
    }

    /// Sets the standard output.
    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Command {
        self.std.stdout(stdout);
        self
    }

    /// Sets the standard error.
    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Command {
        self.std.stderr(stderr);
        self
    }

    /// Whether a [`Child`] that is dropped before its end is killed. Off by default.
    ///
    /// That holds for the futures of [`status`](Self::status) and [`output`](Self::output) too. The runtime reaps it.
    pub fn kill_on_drop(&mut self, kill_on_drop: bool) -> &mut Command {
        self.kill_on_drop = kill_on_drop;
        self
    }

    /// Whether a [`Child`] that is dropped before its end is killed.
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// Sets the user's number.
    pub fn uid(&mut self, id: u32) -> &mut Command {
        self.std.uid(id);
        self
    }

    /// Sets the group's number.
    pub fn gid(&mut self, id: u32) -> &mut Command {
        self.std.gid(id);
        self
    }

    /// Sets the name that the program is told it has, its argument zero.
    pub fn arg0(&mut self, arg: impl AsRef<OsStr>) -> &mut Command {
        self.std.arg0(arg);
        self
    }

    /// Sets the process group, by its number; 0 makes a new one, of the child's own number.
    ///
    /// Ctrl-C reaches the terminal's group in front, so a child in another one does not get it. A group can be killed as a
    /// whole, with all that the child has started.
    pub fn process_group(&mut self, group: i32) -> &mut Command {
        self.std.process_group(group);
        self
    }

    /// Has the ends of children told by `SIGCHLD`, as where there is no pidfd. For tests.
    #[doc(hidden)]
    pub fn wait_by_sigchld(&mut self) -> &mut Command {
        self.telling = Telling::Sigchld;
        self
    }

    /// Starts the program.
    ///
    /// # Errors
    /// `NotFound` if there is no such program, `PermissionDenied` if it may not be started, or as the system reports them. If
    /// the program was started but can't be watched, it is killed.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        self.spawn_with(std::process::Command::spawn)
    }

    /// Starts the program by a function of your own, which calls std's `spawn` at some point.
    ///
    /// # Errors
    /// Those of `spawn`, and as [`spawn`](Self::spawn).
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub fn spawn_with(
        &mut self,
        spawn: impl FnOnce(&mut std::process::Command) -> io::Result<std::process::Child>,
    ) -> io::Result<Child> {
        current::expect("Command::spawn"); // before there is a child
        let home = Handle::current();
        orphan::take_over(&home);
        let child = spawn(&mut self.std)?;
        Child::new(child, self.telling, self.kill_on_drop, home)
    }

    /// Starts the program, and waits until it has ended. Pipes that were asked for are closed at once.
    ///
    /// # Errors
    /// As [`spawn`](Self::spawn) and [`Child::wait`].
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// The child is dropped: it goes on running, unless [`kill_on_drop`](Self::kill_on_drop) is set.
    #[track_caller]
    pub fn status(&mut self) -> impl Future<Output = io::Result<ExitStatus>> + use<> {
        let child = self.spawn();
        async {
            let mut child = child?;
            // A child that writes to a pipe that nobody reads would never end.
            drop((child.stdout.take(), child.stderr.take()));
            child.wait().await
        }
    }

    /// Starts the program, waits until it has ended, and collects what it says and complains of.
    ///
    /// Standard output and error are piped, whatever was set; the standard input is as it was set.
    ///
    /// # Errors
    /// As [`spawn`](Self::spawn) and [`Child::wait_with_output`].
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// The child is dropped: it goes on running, unless [`kill_on_drop`](Self::kill_on_drop) is set.
    #[track_caller]
    pub fn output(&mut self) -> impl Future<Output = io::Result<Output>> + use<> {
        self.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.spawn();
        async { child?.wait_with_output().await }
    }
}

impl From<std::process::Command> for Command {
    fn from(std: std::process::Command) -> Command {
        Command {
            std,
            kill_on_drop: false,
            telling: Telling::default(),
        }
    }
}
