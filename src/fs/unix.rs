//! What files and directories have on Unix only.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, DirEntryExt, OpenOptionsExt};
use std::path::Path;

use super::functions::functions;
use super::on_pool::on_pool;
use super::open_options::options;
use super::{DirBuilder, DirEntry, OpenOptions};

functions! {
    /// Makes a symbolic link `link` that leads to `original`, whether something is there or not.
    ///
    /// # Errors
    /// `AlreadyExists` if something is at `link`.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-symlink-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// fs::symlink("menu", kitchen.join("today")).await?;
    /// assert_eq!(fs::read_to_string(kitchen.join("today")).await?, "soup");
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    symlink(original, link) -> () = std::os::unix::fs::symlink;
}

impl OpenOptions {
    options! {
        /// The permissions of a file that is made, less those of the process's umask. At first 0o666.
        mode: u32;
        /// Flags for `open(2)` besides: `O_NOFOLLOW`, `O_DIRECT`. Those of the access mode are ignored.
        custom_flags: i32;
    }
}

impl DirEntry {
    /// The inode's number.
    pub fn ino(&self) -> u64 {
        self.entry.ino()
    }
}

impl DirBuilder {
    /// The permissions of what is made, less those of the process's umask. At first 0o777.
    pub fn mode(&mut self, mode: u32) -> &mut DirBuilder {
        self.mode = Mode(Some(mode));
        self
    }
}

/// The permissions of a new directory; `None` is std's choice.
#[derive(Debug, Default)]
pub(super) struct Mode(Option<u32>);

impl Mode {
    pub(super) fn apply(&self, builder: &mut fs::DirBuilder) {
        if let Some(mode) = self.0 {
            builder.mode(mode);
        }
    }
}
