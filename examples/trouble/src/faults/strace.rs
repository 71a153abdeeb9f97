//! strace on a server: it makes a system call fail, as the kernel would, and tells of each one.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long it may take to take hold of a process.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Strace {
    child: Child,
    reader: JoinHandle<Heard>,
    /// Calls that have failed so far.
    failed: Arc<AtomicU64>,
}

/// What it has told.
#[derive(Default, Clone, Copy)]
pub(super) struct Heard {
    /// The calls that were looked at.
    pub(super) calls: u64,
    /// Of them, those that were made to fail.
    pub(super) injected: u64,
    /// Of them, those that moved less than they were asked to.
    pub(super) short: u64,
}

impl Strace {
    /// Takes hold of a process and all its threads. `calls` is a list as strace takes it, `fault` what becomes of them, if anything.
    pub(super) fn attach(pid: u32, calls: &str, fault: Option<&str>) -> Result<Strace, String> {
        let mut command = Command::new("strace");
        command.args(["-f", "-s", "0", "-e", "signal=none", "-p", &pid.to_string()]);
        command.args(["-e", &format!("trace={calls}")]);
        if let Some(fault) = fault {
            command.args(["-e", &format!("inject={calls}:{fault}")]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("strace: {error}"))?;
        let words = child.stderr.take().expect("it is piped");
        let (tell, told) = channel();
        let failed = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&failed);
        let reader = thread::spawn(move || listen(words, &tell, &count));
        let said = told
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| "no word".to_owned());
        if said.contains("attached") {
            return Ok(Strace {
                child,
                reader,
                failed,
            });
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("strace: {said}"))
    }

    /// How many calls have failed so far.
    pub(super) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Lets go of it: from now on the kernel itself answers.
    pub(super) fn detach(mut self) -> Heard {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
        self.reader.join().unwrap_or_default()
    }
}

/// Tells the first line, and counts in the others.
fn listen(words: impl Read, tell: &Sender<String>, failed: &AtomicU64) -> Heard {
    let mut heard = Heard::default();
    let mut first = Some(tell);
    for line in BufReader::new(words).lines().map_while(Result::ok) {
        if let Some(tell) = first.take() {
            let _ = tell.send(line);
            continue;
        }
        heard.calls += u64::from(line.contains('(') && !line.contains(" resumed>"));
        heard.injected += u64::from(line.contains("(INJECTED)"));
        failed.store(heard.injected, Ordering::Relaxed);
        heard.short += u64::from(is_short(&line));
    }
    heard
}

/// Whether a call such as `sendto(7, ""..., 4096, MSG_NOSIGNAL, NULL, 0) = 12` has moved less than asked.
fn is_short(line: &str) -> bool {
    let Some((call, result)) = line.rsplit_once(" = ") else {
        return false;
    };
    let asked = call.split(", ").nth(2).and_then(|n| n.parse::<u64>().ok());
    let moved = result.parse::<u64>().ok();
    matches!((asked, moved), (Some(asked), Some(moved)) if 0 < moved && moved < asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_calls_and_failed_ones_are_told_apart() {
        let words = "strace: Process 5 attached\n\
            [pid 5] recvfrom(7, \"\"..., 4096, 0, NULL, NULL) = 12\n\
            [pid 5] sendto(7, \"\"..., 12, MSG_NOSIGNAL, NULL, 0) = 12\n\
            [pid 5] recvfrom(7, \"\", 4096, 0, NULL, NULL) = 0\n\
            recvfrom(7, 0x55, 4096, 0, NULL, NULL) = -1 EINTR (Interrupted system call) (INJECTED)\n\
            [pid 6] fsync(3 <unfinished ...>\n\
            [pid 6] <... fsync resumed>) = -1 EIO (Input/output error) (INJECTED)\n";
        let (tell, told) = channel();
        let heard = listen(words.as_bytes(), &tell, &AtomicU64::new(0));
        assert_eq!(told.recv().unwrap(), "strace: Process 5 attached");
        assert_eq!((heard.calls, heard.injected, heard.short), (5, 2, 1));
    }
}
