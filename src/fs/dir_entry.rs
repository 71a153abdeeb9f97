//! The directory entry: a name, and what the directory itself says of it.
//! Brought by [`ReadDir`](super::ReadDir).

use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::on_pool::on_pool;

/// One of a directory's entries.
///
/// It keeps the directory open.
///
/// # Example
/// ```
/// use std::path::Path;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut entries = toque::fs::read_dir("src").await?;
/// while let Some(entry) = entries.next_entry().await? {
///     assert_eq!(entry.path(), Path::new("src").join(entry.file_name()));
///     println!("{:?}: {:?}", entry.file_name(), entry.file_type().await?);
/// }
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct DirEntry {
    /// Shared with a call on the pool.
    pub(super) entry: Arc<fs::DirEntry>,
    /// Found out on the pool when the entry was read: for nothing in most file systems, by a call in others. `None` if that has
    /// failed; then it is asked for again.
    file_type: Option<FileType>,
}

impl DirEntry {
    /// On the pool.
    pub(super) fn new(entry: fs::DirEntry) -> Self {
        Self {
            file_type: entry.file_type().ok(),
            entry: Arc::new(entry),
        }
    }

    /// The directory's path, as it was given to `read_dir`, with the name at its end.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     assert!(entry.path().starts_with("src")); // ready to be opened
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn path(&self) -> PathBuf {
        self.entry.path()
    }

    /// The name alone.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut sources = 0;
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     sources += usize::from(entry.file_name().to_string_lossy().ends_with(".rs"));
    /// }
    /// assert!(sources > 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn file_name(&self) -> OsString {
        self.entry.file_name()
    }

    /// What the system knows of it: of a symbolic link itself, not of where it leads.
    ///
    /// # Errors
    /// `NotFound` if it has gone meanwhile.
    ///
    /// # Cancel safety
    /// Nothing is changed.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut bytes = 0;
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     bytes += entry.metadata().await?.len();
    /// }
    /// assert!(bytes > 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn metadata(&self) -> io::Result<Metadata> {
        let entry = Arc::clone(&self.entry);
        on_pool(move || entry.metadata()).await
    }

    /// Whether it is a file, a directory, a symbolic link, …, as it was when the directory was read.
    ///
    /// # Errors
    /// `NotFound` if it has gone before that could be found out.
    ///
    /// # Cancel safety
    /// Nothing is changed.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut directories = 0;
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     directories += usize::from(entry.file_type().await?.is_dir());
    /// }
    /// assert!(directories > 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn file_type(&self) -> io::Result<FileType> {
        if let Some(file_type) = self.file_type {
            return Ok(file_type);
        }
        let entry = Arc::clone(&self.entry);
        on_pool(move || entry.file_type()).await
    }
}
