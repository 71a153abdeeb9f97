//! What the tests of child processes share.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::future::Future;
use std::process::Stdio;
use std::time::Duration;

use toque::process::{Child, Command};

#[path = "../net_tools/mod.rs"]
mod net_tools;

#[allow(unused_imports, reason = "each test file takes what it needs")]
pub(crate) use net_tools::{Result, abroad, cancelled, is_foreign, let_others_run};

/// How the end of a child is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Telling {
    Pidfd,
    Sigchld,
}

impl Telling {
    /// A command whose children's ends are told so.
    pub(crate) fn command(self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Self::Sigchld = self {
            command.wait_by_sigchld();
        }
        command
    }

    /// A script for the shell.
    pub(crate) fn shell(self, script: &str) -> Command {
        let mut command = self.command("sh");
        command.args(["-c", script]);
        command
    }

    /// A process that lives until its standard input is closed, and that has said so much.
    pub(crate) fn cat(self) -> Result<Child> {
        let mut command = self.command("cat");
        Ok(command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?)
    }
}

/// Runs a test's future with each way to be told, on every kind of reactor.
pub(crate) fn run<F: Future<Output = Result>>(test: impl Fn(Telling) -> F) {
    for telling in [Telling::Pidfd, Telling::Sigchld] {
        eprintln!("told by {telling:?}"); // seen if it fails
        net_tools::run(|| test(telling));
    }
}

/// What the system says of a process's state: `None` if there is no such process, `'Z'` for a zombie.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything.
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Long enough for any machine, short enough to be seen to fail.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for what no event tells: the system's view of a process. What never comes fails.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let looking = async {
        while !condition() {
            toque::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let found = toque::time::timeout(PATIENCE, looking).await;
    found.expect("it never comes");
}
