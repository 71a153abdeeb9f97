//! A server in a process of its own: started, looked at, ended.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::process::Process;

/// Lines of its log that are kept.
const LINES: usize = 1000;

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) process: Process,
    /// What it has told on standard error; a thread keeps the pipe empty.
    log: Arc<Mutex<Vec<String>>>,
    /// The one it calls itself, if it does.
    behind: Option<Box<Server>>,
}

impl Server {
    /// Returns once it has told where it listens.
    pub(crate) fn start(command: &[String], more: &[&str]) -> Result<Server, String> {
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", command[0]))?;
        let mut words = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let log = keep(BufReader::new(child.stderr.take().expect("it is piped")).lines());
        let first = words.next().and_then(Result::ok).unwrap_or_default();
        let address = first
            .split([' ', ',', '/'])
            .find_map(|word| word.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{} tells no address: {first:?}", command[0]));
        };
        thread::spawn(move || words.map_while(Result::ok).for_each(drop)); // the pipe stays open, and empty
        Ok(Server {
            process: Process(child.id()),
            child,
            address,
            log,
            behind: None,
        })
    }

    /// One that calls another: it is told by `--to` where that is.
    pub(crate) fn before(self, command: &[String], more: &[&str]) -> Result<Server, String> {
        let to = self.address.to_string();
        let mut server = Server::start(command, &[&["--to", &to], more].concat())?;
        server.behind = Some(Box::new(self));
        Ok(server)
    }

    /// How many lines of its log have this in them.
    pub(crate) fn has_told(&self, words: &str) -> usize {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().filter(|line| line.contains(words)).count()
    }

    /// Why it has ended: the line behind the one that tells of a panic, or its last one.
    pub(crate) fn last_words(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let panic = log.iter().rposition(|line| line.contains("panicked at"));
        let words = panic.and_then(|n| log.get(n + 1)).or(log.last());
        words.cloned().unwrap_or_default()
    }

    /// Its descriptors, but those of files in `folder`: they come and stay as the store needs them.
    pub(crate) fn descriptors(&self, folder: &Path) -> usize {
        let folder = folder.display().to_string();
        let all = self.process.descriptors();
        all.iter().filter(|one| !one.starts_with(&folder)).count()
    }
}

impl Drop for Server {
    /// As `kill -9` does it.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(lines: Lines<BufReader<ChildStderr>>) -> Arc<Mutex<Vec<String>>> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&log);
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if log.len() == LINES {
                log.remove(LINES / 2); // the first and the last ones tell most
            }
            log.push(line);
        }
    });
    log
}

/// A folder that goes away with what is in it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("trouble-{}-{n}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        Folder(path)
    }

    pub(crate) fn db(&self) -> String {
        self.0.join("sandwiches.db").display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
