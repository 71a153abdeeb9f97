//! Options: how a named pipe is opened.

use std::io;
use std::path::Path;

use super::fifo::{self, Access};
use super::{Receiver, Sender};

/// How a named pipe is opened.
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::unix::pipe;
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("toque-fifo-{}", std::process::id()));
/// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
/// toque::Runtime::new()?.block_on(async {
///     // The receiver first: a sender without one can't be opened.
///     let mut receiver = pipe::OpenOptions::new().open_receiver(&path)?;
///     let mut sender = pipe::OpenOptions::new().open_sender(&path)?;
///     sender.write_all(b"order").await?;
///     let mut order = [0; 5];
///     receiver.read_exact(&mut order).await?;
///     assert_eq!(&order, b"order");
///     std::fs::remove_file(&path)
/// })
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Both ends at once, so that there is never the last one.
    read_write: bool,
    /// Whatever is at the path.
    unchecked: bool,
}

impl OpenOptions {
    /// With all options off.
    ///
    /// # Example
    /// ```
    /// use toque::net::unix::pipe;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-fifo-new-{}", std::process::id()));
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let options = pipe::OpenOptions::new();
    /// let _receiver = options.open_receiver(&path)?;
    /// assert!(options.open_sender(&path).is_ok());
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new() -> OpenOptions {
        Self::default()
    }

    /// Opens for reading and writing, on Linux: a sender can so be opened before there is a receiver, and a receiver does not
    /// see the end when the last sender leaves, but waits for the next.
    ///
    /// # Example
    /// ```
    /// use toque::net::unix::pipe;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-fifo-both-{}", std::process::id()));
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let mut options = pipe::OpenOptions::new();
    /// assert!(options.open_sender(&path).is_err()); // there is no receiver
    /// let sender = options.read_write(true).open_sender(&path)?;
    /// assert_eq!(sender.try_write(b"soup")?, 4); // whoever comes finds it
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn read_write(&mut self, value: bool) -> &mut Self {
        self.read_write = value;
        self
    }

    /// Opens without a look at whether there is a pipe.
    ///
    /// # Example
    /// ```
    /// use toque::net::unix::pipe;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut options = pipe::OpenOptions::new();
    /// assert!(options.open_receiver("/dev/random").is_err()); // that is no pipe
    /// let random = options.unchecked(true).open_receiver("/dev/random")?; // but can be read all the same
    /// random.readable().await?;
    /// assert_eq!(random.try_read(&mut [0; 4])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn unchecked(&mut self, value: bool) -> &mut Self {
        self.unchecked = value;
        self
    }

    /// Opens the end that reads. That does not wait for a sender; the first read does.
    ///
    /// # Errors
    /// `InvalidInput` if there is no pipe at the path, or as the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use futures_lite::AsyncReadExt;
    /// use toque::net::unix::pipe;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-fifo-receiver-{}", std::process::id()));
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let mut receiver = pipe::OpenOptions::new().open_receiver(&path)?;
    /// let sender = pipe::OpenOptions::new().open_sender(&path)?;
    /// sender.try_write(b"soup")?;
    /// drop(sender);
    /// let mut order = String::new();
    /// receiver.read_to_string(&mut order).await?;
    /// assert_eq!(order, "soup");
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn open_receiver(&self, path: impl AsRef<Path>) -> io::Result<Receiver> {
        Receiver::registered(self.open(path.as_ref(), Access::Read)?)
    }

    /// Opens the end that writes.
    ///
    /// # Errors
    /// `InvalidInput` if there is no pipe at the path; if nobody has it open to read, an error whose
    /// [`raw_os_error`](io::Error::raw_os_error) is `ENXIO`; or as the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::unix::pipe;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-fifo-sender-{}", std::process::id()));
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let options = pipe::OpenOptions::new();
    /// let error = options.open_sender(&path).unwrap_err();
    /// assert_eq!(error.raw_os_error(), Some(6)); // ENXIO: nobody reads, as yet
    /// let _receiver = options.open_receiver(&path)?;
    /// assert!(options.open_sender(&path).is_ok());
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn open_sender(&self, path: impl AsRef<Path>) -> io::Result<Sender> {
        Sender::registered(self.open(path.as_ref(), Access::Write)?)
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<std::fs::File> {
        let fd = fifo::open(path, access, self.read_write)?;
        if !self.unchecked {
            fifo::check(&fd, access)?;
        }
        Ok(fd.into())
    }
}
