//! What a kitchen takes of the machine: the memory, processes and threads of a process and all its children. Linux only.
//!
//! A process' memory is its PSS: a page that several processes share is divided among them, so the sum counts it once. The kernel's
//! part is not in it, but for the page tables, which are told apart; a thread's stack in the kernel is another 16 KiB.

use std::fs;
use std::io;
use std::path::Path;

#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    /// Of user space, in KiB.
    pub(crate) pss: u64,
    /// In KiB.
    pub(crate) page_tables: u64,
    pub(crate) processes: u64,
    pub(crate) threads: u64,
}

/// The process and its children. A child that ends meanwhile is left out.
pub(crate) fn of_the_tree(root: u32) -> io::Result<Memory> {
    let mut sum = Memory::default();
    for entry in fs::read_dir("/proc")? {
        let folder = entry?.path();
        if belongs(&folder, root) {
            sum.add(&folder);
        }
    }
    Ok(sum)
}

fn belongs(folder: &Path, root: u32) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    let Some(pid) = name.and_then(|name| name.parse::<u32>().ok()) else {
        return false;
    };
    pid == root || number(&folder.join("status"), "PPid:") == Some(root.into())
}

impl Memory {
    fn add(&mut self, folder: &Path) {
        let status = folder.join("status");
        let Some(pss) = number(&folder.join("smaps_rollup"), "Pss:") else {
            return;
        };
        self.pss += pss;
        self.page_tables += number(&status, "VmPTE:").unwrap_or(0);
        self.threads += number(&status, "Threads:").unwrap_or(0);
        self.processes += 1;
    }
}

/// The number after a name at the beginning of a line.
fn number(file: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
