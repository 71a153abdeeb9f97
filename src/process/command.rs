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
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// assert!(Command::new("true").status().await?.success());
    /// let error = Command::new("no-such-program").spawn().unwrap_err();
    /// assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        std::process::Command::new(program).into()
    }

    /// Std's command within.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// let command = Command::new("echo");
    /// assert_eq!(command.as_std().get_program(), "echo");
    /// ```
    pub fn as_std(&self) -> &std::process::Command {
        &self.std
    }

    /// Std's command within, for what this type has no method for.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// let mut command = Command::new("echo");
    /// command.as_std_mut().arg("soup"); // or what only std's extension traits have
    /// assert_eq!(command.as_std().get_args().collect::<Vec<_>>(), ["soup"]);
    /// ```
    pub fn as_std_mut(&mut self) -> &mut std::process::Command {
        &mut self.std
    }

    /// Std's command. Whether to kill on drop is forgotten.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// let mut command = Command::new("echo");
    /// command.arg("soup");
    /// let said = command.into_std().output()?; // blocks, outside of a runtime
    /// assert_eq!(said.stdout, b"soup\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn into_std(self) -> std::process::Command {
        self.std
    }

    /// Adds an argument. No shell reads it: a space in it is a space.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("echo").arg("soup;  salad").output().await?;
    /// assert_eq!(said.stdout, b"soup;  salad\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Command {
        self.std.arg(arg);
        self
    }

    /// Adds arguments.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("echo").args(["soup", "salad"]).output().await?;
    /// assert_eq!(said.stdout, b"soup salad\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn args(&mut self, args: impl IntoIterator<Item: AsRef<OsStr>>) -> &mut Command {
        self.std.args(args);
        self
    }

    /// Sets a variable of the environment.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("printenv").arg("ORDER").env("ORDER", "soup").output().await?;
    /// assert_eq!(said.stdout, b"soup\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn env(&mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Command {
        self.std.env(key, value);
        self
    }

    /// Sets variables of the environment.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("sh")
    ///     .args(["-c", "echo $FIRST, then $SECOND"])
    ///     .envs([("FIRST", "soup"), ("SECOND", "salad")])
    ///     .output()
    ///     .await?;
    /// assert_eq!(said.stdout, b"soup, then salad\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn envs<K, V>(&mut self, vars: impl IntoIterator<Item = (K, V)>) -> &mut Command
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.std.envs(vars);
        self
    }

    /// Removes a variable of the environment.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut command = Command::new("printenv");
    /// command.arg("ORDER").env("ORDER", "soup");
    /// assert!(command.status().await?.success());
    /// command.env_remove("ORDER");
    /// assert!(!command.status().await?.success()); // there is none
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn env_remove(&mut self, key: impl AsRef<OsStr>) -> &mut Command {
        self.std.env_remove(key);
        self
    }

    /// Removes all variables of the environment: the child inherits none.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("/usr/bin/env").env_clear().env("ORDER", "soup").output().await?;
    /// assert_eq!(said.stdout, b"ORDER=soup\n"); // and nothing else
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn env_clear(&mut self) -> &mut Command {
        self.std.env_clear();
        self
    }

    /// Sets the directory to start in.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("pwd").current_dir("/").output().await?;
    /// assert_eq!(said.stdout, b"/\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn current_dir(&mut self, dir: impl AsRef<Path>) -> &mut Command {
        self.std.current_dir(dir);
        self
    }

    /// Sets the standard input.
    ///
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// // What one child says is what the other hears.
    /// let mut echo = Command::new("echo").arg("soup").stdout(Stdio::piped()).spawn()?;
    /// let soup: Stdio = echo.stdout.take().unwrap().try_into()?;
    /// let loud = Command::new("tr").args(["a-z", "A-Z"]).stdin(soup).output().await?;
    /// assert_eq!(loud.stdout, b"SOUP\n");
    /// assert!(echo.wait().await?.success());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Command {
        self.std.stdin(stdin);
        self
    }

    /// Sets the standard output.
    ///
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use futures_lite::AsyncReadExt;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("echo").arg("soup").stdout(Stdio::piped()).spawn()?;
    /// let mut said = String::new();
    /// child.stdout.take().unwrap().read_to_string(&mut said).await?;
    /// assert_eq!(said, "soup\n");
    /// assert!(child.wait().await?.success());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Command {
        self.std.stdout(stdout);
        self
    }

    /// Sets the standard error.
    ///
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// // Nobody wants to know why it fails.
    /// let status = Command::new("ls").arg("/no/such/place").stderr(Stdio::null()).status().await?;
    /// assert!(!status.success());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Command {
        self.std.stderr(stderr);
        self
    }

    /// Whether a [`Child`] that is dropped before its end is killed. Off by default.
    ///
    /// That holds for the futures of [`status`](Self::status) and [`output`](Self::output) too. The runtime reaps it.
    ///
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use futures_lite::AsyncReadExt;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("sleep").arg("600").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    /// let mut said = child.stdout.take().unwrap();
    /// drop(child);
    /// assert_eq!(said.read(&mut [0; 8]).await?, 0); // the end: nobody is left to say something
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn kill_on_drop(&mut self, kill_on_drop: bool) -> &mut Command {
        self.kill_on_drop = kill_on_drop;
        self
    }

    /// Whether a [`Child`] that is dropped before its end is killed.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// let mut command = Command::new("sleep");
    /// assert!(!command.get_kill_on_drop());
    /// assert!(command.kill_on_drop(true).get_kill_on_drop());
    /// ```
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// Sets the user's number.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::fs::MetadataExt;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let me = std::fs::metadata("/proc/self")?.uid(); // any other takes privileges
    /// let said = Command::new("id").arg("-u").uid(me).output().await?;
    /// assert_eq!(said.stdout, format!("{me}\n").into_bytes());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn uid(&mut self, id: u32) -> &mut Command {
        self.std.uid(id);
        self
    }

    /// Sets the group's number.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::fs::MetadataExt;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let us = std::fs::metadata("/proc/self")?.gid(); // any other takes privileges
    /// let said = Command::new("id").arg("-g").gid(us).output().await?;
    /// assert_eq!(said.stdout, format!("{us}\n").into_bytes());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn gid(&mut self, id: u32) -> &mut Command {
        self.std.gid(id);
        self
    }

    /// Sets the name that the program is told it has, its argument zero.
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let said = Command::new("sh").arg0("chef").args(["-c", "echo $0"]).output().await?;
    /// assert_eq!(said.stdout, b"chef\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn arg0(&mut self, arg: impl AsRef<OsStr>) -> &mut Command {
        self.std.arg0(arg);
        self
    }

    /// Sets the process group, by its number; 0 makes a new one, of the child's own number.
    ///
    /// Ctrl-C reaches the terminal's group in front, so a child in another one does not get it. A group can be killed as a
    /// whole, with all that the child has started.
    ///
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let child = Command::new("cut") // which group is it in?
    ///     .args(["-d", " ", "-f5", "/proc/self/stat"])
    ///     .process_group(0)
    ///     .stdout(Stdio::piped())
    ///     .spawn()?;
    /// let itself = child.id().unwrap();
    /// let said = child.wait_with_output().await?;
    /// assert_eq!(said.stdout, format!("{itself}\n").into_bytes());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("sleep").arg("0.01").spawn()?;
    /// println!("started {:?}", child.id()); // and something else can be done meanwhile
    /// assert!(child.wait().await?.success());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut seen = None;
    /// let mut child = Command::new("true").spawn_with(|command| {
    ///     seen = Some(format!("{command:?}"));
    ///     command.spawn()
    /// })?;
    /// assert!(child.wait().await?.success());
    /// assert_eq!(seen.as_deref(), Some(r#""true""#));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let status = Command::new("sh").args(["-c", "exit 3"]).status().await?;
    /// assert_eq!(status.code(), Some(3));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let output = Command::new("sh").args(["-c", "echo soup; echo burnt >&2"]).output().await?;
    /// assert!(output.status.success());
    /// assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"soup\n"[..], &b"burnt\n"[..]));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
