//! The directory builder: how a directory is to be made.

use std::fs;
use std::io;
use std::path::Path;

use super::on_pool::on_pool;
use super::system::Mode;

/// How a directory is to be made: with its parents, with which permissions.
///
/// # Example
/// ```
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let dir = std::env::temp_dir().join(format!("toque-doc-builder-{}", std::process::id()));
/// let inner = dir.join("a").join("b");
/// toque::fs::DirBuilder::new().recursive(true).mode(0o700).create(&inner).await?;
/// assert!(toque::fs::metadata(&inner).await?.is_dir());
/// toque::fs::remove_dir_all(&dir).await?;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug, Default)]
pub struct DirBuilder {
    /// Std's has no `Clone`, so it is made when it is needed.
    recursive: bool,
    /// Who may do what with what is made.
    pub(super) mode: Mode,
}

impl DirBuilder {
    /// A builder of one directory, with the usual permissions.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let dir = std::env::temp_dir().join(format!("toque-doc-dir-new-{}", std::process::id()));
    /// let builder = toque::fs::DirBuilder::new();
    /// builder.create(&dir).await?;
    /// assert!(builder.create(&dir).await.is_err()); // it is there
    /// std::fs::remove_dir(&dir)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new() -> DirBuilder {
        DirBuilder::default()
    }

    /// Whether missing parents are made too, and a directory that is there is no error.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let dir = std::env::temp_dir().join(format!("toque-doc-recursive-{}", std::process::id()));
    /// let mut builder = toque::fs::DirBuilder::new();
    /// assert!(builder.create(dir.join("a/b")).await.is_err()); // there is no `a`
    /// builder.recursive(true).create(dir.join("a/b")).await?;
    /// std::fs::remove_dir_all(&dir)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn recursive(&mut self, recursive: bool) -> &mut DirBuilder {
        self.recursive = recursive;
        self
    }

    /// Makes the directory.
    ///
    /// # Errors
    /// `AlreadyExists`, `NotFound`, … as the system reports them.
    ///
    /// # Cancel safety
    /// The directory is made or not: a call that has begun goes on.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let dir = std::env::temp_dir().join(format!("toque-doc-dir-create-{}", std::process::id()));
    /// toque::fs::DirBuilder::new().create(&dir).await?;
    /// assert!(std::fs::metadata(&dir)?.is_dir());
    /// std::fs::remove_dir(&dir)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn create(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref().to_owned();
        let builder = self.std();
        on_pool(move || builder.create(path)).await
    }

    fn std(&self) -> fs::DirBuilder {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(self.recursive);
        self.mode.apply(&mut builder);
        builder
    }
}
