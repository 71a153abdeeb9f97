//! Processes: children that do not outlive the harness, and what the kernel knows of their time and memory.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::mem::MaybeUninit;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Descriptors for a hundred thousand connections, and for ten thousand, and what else a process has.
const MANY_DESCRIPTORS: u64 = 110_000;
const DESCRIPTORS: u64 = 12_000;

/// A child that is ended, by its id, when this is dropped.
pub(crate) struct Guarded {
    child: Child,
    /// What it prints.
    output: BufReader<ChildStdout>,
}

impl Guarded {
    /// Starts the command with its output piped.
    pub(crate) fn start(command: &mut Command) -> Guarded {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().expect("it is piped");
        Guarded {
            child,
            output: BufReader::new(output),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints.
    pub(crate) fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.output
            .read_line(&mut line)
            .expect("the child's output ended");
        line.trim().to_owned()
    }

    /// Sends it an empty line; what it prints then, up to an empty line.
    pub(crate) fn ask(&mut self) -> Result<String, String> {
        let mut input = self.child.stdin.as_ref().expect("it is piped");
        input.write_all(b"\n").map_err(|error| error.to_string())?;
        let mut text = String::new();
        while !text.ends_with("\n\n") {
            let read = self.output.read_line(&mut text);
            if read.map_err(|error| error.to_string())? == 0 {
                return Err("it has ended".to_owned());
            }
        }
        Ok(text)
    }

    /// All that it prints until it ends by itself, well and within the limit.
    pub(crate) fn output(mut self, limit: Duration) -> Result<String, String> {
        let status = self.wait(limit)?; // what it prints meanwhile fits in the pipe
        if !status.success() {
            return Err(status.to_string());
        }
        let mut text = String::new();
        let read = self.output.read_to_string(&mut text);
        read.map_err(|error| error.to_string())?;
        Ok(text)
    }

    /// Waits until it has ended, but not for longer than the limit.
    pub(crate) fn wait(&mut self, limit: Duration) -> Result<ExitStatus, String> {
        let start = Instant::now();
        loop {
            match self.child.try_wait().expect("the child was taken away") {
                Some(status) => return Ok(status),
                None if start.elapsed() > limit => return Err(format!("not done in {limit:?}")),
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // An error means that it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This program again, with other arguments.
pub(crate) fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("the program knows its own path"))
}

/// Ends this process when the one that started it ends. For servers, which would wait for ever.
pub(crate) fn end_with_parent() {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).expect("no death signal");
}

/// Lets this process open a hundred thousand connections if it may, and ten thousand in any case.
///
/// # Panics
/// If the hard limit is below and may not be raised.
pub(crate) fn raise_descriptor_limit() {
    let raised = raise_to(MANY_DESCRIPTORS).or_else(|_| raise_to(DESCRIPTORS));
    raised.expect("raise the limit of open files: ulimit -n 12000");
}

/// Whether a process here may have so many connections.
pub(crate) fn may_connect(connections: u64) -> bool {
    raise_descriptor_limit();
    getrlimit(Resource::Nofile)
        .current
        .is_none_or(|limit| limit > connections)
}

fn raise_to(descriptors: u64) -> rustix::io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= descriptors) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(descriptors),
        maximum: limit.maximum.map(|maximum| maximum.max(descriptors)),
    };
    setrlimit(Resource::Nofile, raised)
}

/// Keeps this thread, and children it starts from now on, on one of the processors it was given. With one only, that one.
pub(crate) fn sit_on(processor: usize) {
    static GIVEN: OnceLock<Vec<usize>> = OnceLock::new();
    let given = GIVEN.get_or_init(|| {
        let all = sched_getaffinity(None).expect("no affinity");
        (0..CpuSet::MAX_CPU).filter(|it| all.is_set(*it)).collect()
    });
    let mut seat = CpuSet::new();
    seat.set(given[processor % given.len()]);
    sched_setaffinity(None, &seat).expect("the processor was taken away");
}

/// The processor's time that the process has used, all of its threads, to the nanosecond.
#[allow(unsafe_code)] // no safe crate lends the clock of another process
pub(crate) fn cpu_time(process: u32) -> Duration {
    let mut clock = 0;
    // SAFETY: it writes an integer to where the reference points, during the call only.
    let error = unsafe { libc::clock_getcpuclockid(process as libc::pid_t, &mut clock) };
    assert_eq!(error, 0, "process {process} has no clock");
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: it writes a timespec to where the pointer points, during the call only.
    let error = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
    assert_eq!(error, 0, "process {process} has ended");
    // SAFETY: written by the call above, which has succeeded.
    let time = unsafe { time.assume_init() };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

pub(crate) fn own_cpu_time() -> Duration {
    cpu_time(std::process::id())
}

/// Bytes of the process that are in memory, counted page by page: `statm` may be some hundred pages behind.
pub(crate) fn resident_bytes(process: u32) -> f64 {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let line = text.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes: Option<f64> =
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.expect("smaps_rollup has no Rss") * 1024.0
}
