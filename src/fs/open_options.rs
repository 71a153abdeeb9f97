//! The open options: how a file is to be opened.

use std::fs;
use std::io;
use std::path::Path;

use super::file::File;
use super::on_pool::on_pool;

/// How a file is to be opened: as [`std::fs::OpenOptions`], whose rules these are.
///
/// # Example
/// ```
/// use futures_lite::AsyncWriteExt;
/// use toque::fs::OpenOptions;
///
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let path = std::env::temp_dir().join(format!("toque-doc-options-{}", std::process::id()));
/// for order in ["tea\n", "toast\n"] {
///     let mut log = OpenOptions::new().append(true).create(true).open(&path).await?;
///     log.write_all(order.as_bytes()).await?;
///     log.flush().await?;
/// }
/// assert_eq!(toque::fs::read_to_string(&path).await?, "tea\ntoast\n");
/// toque::fs::remove_file(&path).await?;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions(
    /// It does all but the opening.
    pub(super) fs::OpenOptions,
);

/// Options that are std's, by name.
macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, $name: $type) -> &mut OpenOptions {
            self.0.$name($name);
            self
        }
    )*};
}

pub(super) use options;

impl OpenOptions {
    /// Options that allow nothing yet.
    ///
    /// # Example
    /// ```
    /// use toque::fs::OpenOptions;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// assert!(OpenOptions::new().open("src/lib.rs").await.is_err()); // to do what?
    /// assert!(OpenOptions::new().read(true).open("src/lib.rs").await.is_ok());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new() -> OpenOptions {
        OpenOptions(fs::OpenOptions::new())
    }

    options! {
        /// Whether it can be read.
        ///
        /// # Example
        /// ```
        /// use futures_lite::AsyncReadExt;
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// let mut file = OpenOptions::new().read(true).open("src/lib.rs").await?;
        /// assert_eq!(file.read(&mut [0; 2]).await?, 2);
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        read: bool;
        /// Whether it can be written, from its beginning on.
        ///
        /// # Example
        /// ```
        /// use futures_lite::AsyncWriteExt;
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// # let path = std::env::temp_dir().join(format!("toque-doc-write-{}", std::process::id()));
        /// toque::fs::write(&path, "soup and salad").await?;
        /// let mut order = OpenOptions::new().write(true).open(&path).await?;
        /// order.write_all(b"milk").await?;
        /// order.flush().await?;
        /// assert_eq!(toque::fs::read(&path).await?, b"milk and salad"); // the rest is still there
        /// # std::fs::remove_file(path)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        write: bool;
        /// Whether every write goes to the end of the file, wherever that is by then.
        ///
        /// # Example
        /// ```
        /// use futures_lite::AsyncWriteExt;
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// # let path = std::env::temp_dir().join(format!("toque-doc-append-{}", std::process::id()));
        /// toque::fs::write(&path, "soup").await?;
        /// let mut order = OpenOptions::new().append(true).open(&path).await?;
        /// order.write_all(b" and salad").await?;
        /// order.flush().await?;
        /// assert_eq!(toque::fs::read(&path).await?, b"soup and salad");
        /// # std::fs::remove_file(path)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        append: bool;
        /// Whether what is in it is thrown away. Wants `write`.
        ///
        /// # Example
        /// ```
        /// use futures_lite::AsyncWriteExt;
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// # let path = std::env::temp_dir().join(format!("toque-doc-truncate-{}", std::process::id()));
        /// toque::fs::write(&path, "soup and salad").await?;
        /// let mut order = OpenOptions::new().write(true).truncate(true).open(&path).await?;
        /// order.write_all(b"milk").await?;
        /// order.flush().await?;
        /// assert_eq!(toque::fs::read(&path).await?, b"milk");
        /// # std::fs::remove_file(path)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        truncate: bool;
        /// Whether it is made if it is not there. Wants `write` or `append`.
        ///
        /// # Example
        /// ```
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// # let path = std::env::temp_dir().join(format!("toque-doc-create-{}", std::process::id()));
        /// let mut options = OpenOptions::new();
        /// assert!(options.write(true).open(&path).await.is_err()); // there is none
        /// assert!(options.create(true).open(&path).await.is_ok());
        /// # std::fs::remove_file(path)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        create: bool;
        /// Whether it must not be there, and is made: in one step, so of two who try one succeeds.
        ///
        /// # Example
        /// ```
        /// use toque::fs::OpenOptions;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// # let path = std::env::temp_dir().join(format!("toque-doc-lock-{}", std::process::id()));
        /// let mut lock = OpenOptions::new();
        /// lock.write(true).create_new(true);
        /// assert!(lock.open(&path).await.is_ok());
        /// let error = lock.open(&path).await.unwrap_err(); // somebody has it
        /// assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        /// # std::fs::remove_file(path)?;
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        create_new: bool;
    }

    /// Opens the file.
    ///
    /// # Errors
    /// `NotFound`, `PermissionDenied`, `AlreadyExists` with [`create_new`](Self::create_new); `InvalidInput` for options that
    /// contradict each other.
    ///
    /// # Cancel safety
    /// A call that has begun goes on: the file is made or truncated, and closed again.
    ///
    /// # Example
    /// ```
    /// use toque::fs::OpenOptions;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let file = OpenOptions::new().read(true).open("src/lib.rs").await?;
    /// assert!(file.metadata().await?.is_file());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref().to_owned();
        let options = self.0.clone();
        let file = on_pool(move || options.open(path)).await?;
        Ok(File::from_std(file))
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<fs::OpenOptions> for OpenOptions {
    fn from(options: fs::OpenOptions) -> Self {
        Self(options)
    }
}
