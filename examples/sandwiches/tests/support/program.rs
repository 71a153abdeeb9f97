//! The program in a process of its own, and its log.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::ops::Deref;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

pub(crate) use super::client::figure;
use super::process::Process;
use super::{Client, PATIENCE};

/// Where it is.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_sandwiches");

/// The program, running. A test that panics leaves no process behind.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// As the system shows it.
    process: Process,
    /// Its lines. A thread takes them from the pipe, which would be full in the midst of a load.
    log: Receiver<String>,
}

impl Program {
    pub(crate) fn start(db: impl AsRef<OsStr>) -> Program {
        Program::with(db, &[])
    }

    /// With more on its command line.
    pub(crate) fn with(db: impl AsRef<OsStr>, more: &[&str]) -> Program {
        Program::by(Command::new(BINARY), db, more)
    }

    /// Within limits such as `-n 40`, as `ulimit` takes them.
    pub(crate) fn within(limits: &str, db: impl AsRef<OsStr>) -> Program {
        let limited = format!("ulimit {limits} && exec \"$0\" \"$@\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &limited, BINARY]);
        Program::by(shell, db, &[])
    }

    /// At the address of one that has ended.
    pub(crate) fn again(address: SocketAddr, db: impl AsRef<OsStr>, more: &[&str]) -> Program {
        Program::at(&address.to_string(), Command::new(BINARY), db, more)
    }

    /// Started by this command, which gets the arguments. Returns once it listens.
    pub(crate) fn by(command: Command, db: impl AsRef<OsStr>, more: &[&str]) -> Program {
        Program::at("127.0.0.1:0", command, db, more)
    }

    fn at(listen: &str, mut command: Command, db: impl AsRef<OsStr>, more: &[&str]) -> Program {
        command.args(["--listen", listen, "--allow-slow", "--db"]);
        command.arg(db).args(more);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut words = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || words.next().expect("the program starts").unwrap();
        let (first, second) = (next(), next());
        let address = first.strip_prefix("sandwiches on http://");
        let address = address.and_then(|rest| rest.split(',').next()?.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address: {first}"));
        let hint = format!("try: curl -i http://{address}/sandwiches ");
        assert!(second.starts_with(&hint), "{second}");
        Program {
            process: Process(child.id()),
            log: lines(&mut child),
            child,
            address,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Reads the log up to a line with this in it, and gives the line.
    pub(crate) fn wait_for(&mut self, words: &str) -> String {
        loop {
            let line = self.log.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("the log has no {words:?}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// What else the log has, after the program's end.
    pub(crate) fn rest_of_log(&self) -> Vec<String> {
        self.log.iter().collect()
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// As `kill -9` does it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

/// What the system shows of it is asked of the program itself.
impl Deref for Program {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the program says that is not to start with this store and these arguments, and how it exits. One that starts is ended.
#[track_caller]
pub(crate) fn refusal(db: impl AsRef<OsStr>, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(BINARY);
    command.args(more).arg("--db").arg(db);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut greeting = String::new();
    let mut words = BufReader::new(child.stdout.take().unwrap());
    words.read_line(&mut greeting).unwrap(); // or the end, if it has nothing to say
    if !greeting.is_empty() {
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(greeting, "", "it does not say that it listens");
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), told)
}

fn lines(child: &mut Child) -> Receiver<String> {
    let log = BufReader::new(child.stderr.take().unwrap());
    let (tell, told) = channel();
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let _ = tell.send(line); // whoever listened may be at its end
        }
    });
    told
}
