//! A process as the system shows it in `/proc`: its descriptors, its memory, its time.
//! Looked at by the service's tests, and by `examples/trouble`.

use std::fs;
use std::time::Duration;

/// How many times a second the system counts whom it lets work, as `/proc` shows it on every Linux.
const TICKS: u64 = 100;

/// By its number. It must live when it is looked at.
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Whether it has not ended.
    pub(crate) fn lives(&self) -> bool {
        self.try_memory().is_some()
    }

    /// What its descriptors lead to: paths, and names such as `socket:[…]`.
    pub(crate) fn descriptors(&self) -> Vec<String> {
        let links = fs::read_dir(self.proc("fd")).unwrap();
        let target = |link: fs::DirEntry| fs::read_link(link.path()).ok();
        let targets = links.filter_map(|link| target(link.ok()?));
        targets.map(|path| path.display().to_string()).collect()
    }

    /// How many of its descriptors are sockets.
    pub(crate) fn sockets(&self) -> usize {
        let all = self.descriptors();
        all.iter().filter(|one| one.starts_with("socket:")).count()
    }

    /// How many descriptors its epolls look after.
    pub(crate) fn watched(&self) -> usize {
        let all = fs::read_dir(self.proc("fdinfo")).unwrap();
        let texts = all.filter_map(|one| fs::read_to_string(one.ok()?.path()).ok());
        texts
            .map(|text| text.lines().filter(|line| line.starts_with("tfd:")).count())
            .sum()
    }

    /// Bytes of memory that it has now.
    pub(crate) fn memory(&self) -> u64 {
        self.try_memory().unwrap()
    }

    /// The same; none of one that has ended.
    pub(crate) fn try_memory(&self) -> Option<u64> {
        self.bytes("VmRSS:")
    }

    /// The most that it has had so far.
    pub(crate) fn memory_peak(&self) -> u64 {
        self.bytes("VmHWM:").unwrap()
    }

    fn bytes(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(self.proc("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes << 10)
    }

    /// How long it has worked so far: the time of the processor, its own and the system's for it.
    pub(crate) fn worked(&self) -> Duration {
        let stat = fs::read_to_string(self.proc("stat")).unwrap();
        let (_, behind_name) = stat.rsplit_once(')').unwrap();
        let fields: Vec<&str> = behind_name.split_whitespace().collect();
        let ticks: u64 = fields[11..13]
            .iter()
            .map(|n| n.parse::<u64>().unwrap())
            .sum();
        Duration::from_millis(ticks * 1000 / TICKS)
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.0)
    }
}
