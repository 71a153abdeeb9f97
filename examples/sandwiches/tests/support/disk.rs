//! A disk of a megabyte, which is full soon. Only root can mount one.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::Folder;

/// A folder in memory, of a megabyte.
pub(crate) struct SmallDisk(Folder);

impl SmallDisk {
    /// `None`, and a word about it, where it cannot be mounted.
    pub(crate) fn mount() -> Option<SmallDisk> {
        let folder = Folder::new();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]);
        mount.arg(folder.db().parent()?).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(SmallDisk(folder));
        }
        eprintln!("skipped: only root can mount a small disk");
        None
    }

    /// Where the service under test keeps its sandwiches.
    pub(crate) fn db(&self) -> PathBuf {
        self.0.db()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let folder = self.0.db();
        let _ = Command::new("umount")
            .arg("-l")
            .arg(folder.parent().unwrap())
            .status();
    }
}
