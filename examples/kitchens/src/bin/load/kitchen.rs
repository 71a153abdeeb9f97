//! A kitchen under measurement: the program `kitchens` beside this one, in a process of its own.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

pub(crate) struct Kitchen {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Kitchen {
    pub(crate) fn start(model: &str, slow: Duration) -> io::Result<Kitchen> {
        let program = env::current_exe()?.with_file_name("kitchens");
        let mut child = Command::new(program)
            .args(["--model", model, "--listen", "127.0.0.1:0", "--slow"])
            .arg(slow.as_millis().to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address.and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| io::Error::other(format!("it says {line:?}")))?;
        Ok(Kitchen { child, address })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Rings the bell, and waits until it has closed.
    pub(crate) fn end(mut self) -> io::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let status = self.child.wait()?;
        if !status.success() {
            return Err(io::Error::other(format!("the kitchen ended by {status}")));
        }
        Ok(())
    }
}

/// No kitchen stays behind when the measurement fails.
impl Drop for Kitchen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
