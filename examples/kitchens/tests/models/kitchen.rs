//! A kitchen: the program in a process group of its own, with its log. All of the group ends with the test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::guest::{Guest, PATIENCE};

pub(crate) struct Kitchen {
    child: Child,
    address: SocketAddr,
    /// The steps as they come, read by a thread: a pipe has no time limit, and a test that waits must fail, not hang.
    steps: Receiver<String>,
    /// What has been read of the steps.
    pub(crate) log: Vec<String>,
    /// Those who stay until the end of the test.
    staying: Vec<Guest>,
    /// Whether it has been waited for, after which its number may be another's.
    gone: bool,
}

impl Kitchen {
    pub(crate) fn program() -> Command {
        Command::new(env!("CARGO_BIN_EXE_kitchens"))
    }

    pub(crate) fn open(model: &str, slow: &str) -> Kitchen {
        Kitchen::with(model, slow, &[])
    }

    pub(crate) fn with(model: &str, slow: &str, more: &[&str]) -> Kitchen {
        let mut child = Kitchen::program()
            .args(["--model", model, "--slow", slow])
            .args(["--listen", "127.0.0.1:0", "--steps"])
            .args(more)
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap();
        Kitchen {
            address: address.parse().unwrap(),
            steps: lines(child.stderr.take().unwrap()),
            child,
            log: Vec::new(),
            staying: Vec::new(),
            gone: false,
        }
    }

    pub(crate) fn guest(&self) -> Guest {
        Guest::enter(self.address)
    }

    /// A guest who says something, and waits until the test ends.
    pub(crate) fn guest_stays(&mut self, words: &str) {
        let mut guest = self.guest();
        guest.say(words);
        self.staying.push(guest);
    }

    /// Reads the log until it has that in it.
    pub(crate) fn told(&mut self, what: &str) {
        while !self.log.iter().any(|line| line.contains(what)) {
            match self.steps.recv_timeout(PATIENCE) {
                Ok(line) => self.log.push(line),
                Err(error) => panic!("{error}: no {what:?} in {:#?}", self.log),
            }
        }
    }

    /// Which line of the log that is.
    pub(crate) fn place(&self, what: &str) -> Option<usize> {
        let place = self.log.iter().position(|line| line.contains(what));
        assert!(place.is_some(), "no {what:?} in {:#?}", self.log);
        place
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The bell, for all of the group, as Ctrl-C in a terminal.
    pub(crate) fn ring(&self) {
        kill_process_group(self.pid(), Signal::INT).unwrap();
    }

    pub(crate) fn kill_the_parent(&self) {
        kill_process(self.pid(), Signal::KILL).unwrap();
    }

    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.gone = true;
        self.child.wait().unwrap()
    }

    pub(crate) fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(folder).unwrap().count()
    }

    /// A zombie is a child, too.
    pub(crate) fn is_childless(&self) -> bool {
        let parent = format!("\nPPid:\t{}\n", self.child.id());
        let mut processes = fs::read_dir("/proc").unwrap().flatten();
        !processes.any(|process| {
            // A process that ends meanwhile has no status any more.
            let status = fs::read_to_string(process.path().join("status"));
            status.is_ok_and(|status| status.contains(&parent))
        })
    }

    /// For what nobody is told of: looks again and again.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Kitchen) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < PATIENCE, "not so after a minute: {what}");
            thread::yield_now();
        }
    }
}

/// Ends with the last process that can write to it.
fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stderr).lines();
        lines.try_for_each(|line| sender.send(line.ok()?).ok())
    });
    receiver
}

impl Drop for Kitchen {
    fn drop(&mut self) {
        if !self.gone {
            let _ = kill_process_group(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}
