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
        ///
        /// # Example
        /// ```
        /// use std::os::unix::fs::PermissionsExt;
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// let path = std::env::temp_dir().join(format!("toque-doc-mode-{}", std::process::id()));
        /// OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).await?; // a secret
        /// assert_eq!(std::fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        /// std::fs::remove_file(path)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        mode: u32;
        /// Flags for `open(2)` besides: `O_NOFOLLOW`, `O_DIRECT`. Those of the access mode are ignored.
        ///
        /// # Example
        /// ```
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// # let dir = std::env::temp_dir().join(format!("toque-doc-flags-{}", std::process::id()));
        /// # std::fs::create_dir(&dir)?;
        /// let link = dir.join("link");
        /// toque::fs::symlink("menu", &link).await?;
        /// let no_follow = 0o400_000; // `libc::O_NOFOLLOW`
        /// # let no_follow = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
        /// let opened = OpenOptions::new().write(true).create(true).custom_flags(no_follow).open(&link).await;
        /// assert!(opened.is_err()); // it is a symbolic link
        /// # std::fs::remove_dir_all(&dir)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        custom_flags: i32;
    }
}

impl DirEntry {
    /// The inode's number.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::fs::MetadataExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     if entry.file_name() == "lib.rs" {
    ///         assert_eq!(entry.ino(), std::fs::metadata("src/lib.rs")?.ino()); // without a system call
    ///     }
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn ino(&self) -> u64 {
        self.entry.ino()
    }
}

impl DirBuilder {
    /// The permissions of what is made, less those of the process's umask. At first 0o777.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::fs::PermissionsExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let dir = std::env::temp_dir().join(format!("toque-doc-dir-mode-{}", std::process::id()));
    /// toque::fs::DirBuilder::new().mode(0o700).create(&dir).await?; // for nobody else
    /// assert_eq!(std::fs::metadata(&dir)?.permissions().mode() & 0o777, 0o700);
    /// std::fs::remove_dir(&dir)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
