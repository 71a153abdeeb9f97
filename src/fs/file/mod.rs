//! The file: open, read, written and sought on the pool.
//! `machine.rs` has the rules; `lent.rs` is all that touches the disk.

mod buffer;
mod faces;
mod lent;
pub(crate) mod machine;
#[allow(unsafe_code)] // std's `FromRawFd` is unsafe by its signature
#[cfg_attr(unix, path = "raw_fd.rs")]
#[cfg_attr(windows, path = "raw_handle.rs")]
mod raw;

use std::fs::{self, FileTimes, Metadata, Permissions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::SystemTime;

use lent::Lent;
use machine::Machine;

use super::OpenOptions;
use crate::future::budget;
use crate::sync::Mutex;

/// What one trip to the pool carries at most. As tokio's (1.54): large enough that the trip costs little beside it.
const MAX_BUF_SIZE: usize = 2 * 1024 * 1024;

/// An open file.
///
/// Reads, writes and seeks through [`futures_io::AsyncRead`], [`AsyncWrite`](futures_io::AsyncWrite) and
/// [`AsyncSeek`](futures_io::AsyncSeek); with the feature `tokio-io` through tokio's as well. One operation is under way at a
/// time: whoever comes meanwhile waits. `Send + Sync`, and of no runtime: see [`fs`](super#which-runtime).
///
/// # Writing
/// A write hands its bytes to the pool and returns at once. Whether they have reached the file is told by the next operation:
/// awaiting `flush` tells it, and [`sync_all`](Self::sync_all), which begins with it. After an error what has not been written is
/// kept. The error is told once; each write, read, seek and flush after that tries to write the rest first, and fails if it
/// can't. `metadata`, `set_permissions`, `set_times`, `try_clone` and `into_std` wait for a write, and leave its error to the
/// next operation.
///
/// # Dropping
/// A write under way is finished, also if the runtime ends. Its error is lost, and so is what an error has left unwritten: flush
/// first. Closing the writer (`close()` of futures-lite) flushes and no more.
///
/// The descriptor is closed right here, or by the pool when the operation under way has ended. On a network file system
/// `close(2)` may have to wait; where that matters, `spawn_blocking(move || drop(file))`.
///
/// # Cancel safety
/// An operation that has begun goes on when its future is dropped, and the next one waits for it. A read loses nothing: its bytes
/// are there for the next read, and a seek or a write goes on from where the reader was. A write has accepted its bytes or
/// not. A seek may have been done or not.
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
/// use std::io::SeekFrom;
/// use toque::fs::File;
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("toque-doc-file-{}", std::process::id()));
/// toque::Runtime::new()?.block_on(async {
///     let mut menu = File::options().read(true).write(true).create(true).truncate(true).open(&path).await?;
///     menu.write_all(b"soup, salad, sandwich").await?;
///     menu.sync_all().await?;
///
///     menu.seek(SeekFrom::Start(6)).await?;
///     let mut rest = String::new();
///     menu.read_to_string(&mut rest).await?;
///     assert_eq!(rest, "salad, sandwich");
///     # std::fs::remove_file(&path)?;
///     Ok(())
/// })
/// # }
/// ```
pub struct File {
    /// Locked by the methods that take `&self`; of two tasks that use one file, the second waits there.
    machine: Mutex<Machine>,
    /// The descriptor, to be lent without the lock.
    lent: Arc<Lent>,
    /// What one trip to the pool carries at most.
    max_buf_size: usize,
}

impl File {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// `NotFound`, `PermissionDenied`, … as the system reports them.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let file = File::open("src/lib.rs").await?;
    /// assert!(file.metadata().await?.is_file());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn open(path: impl AsRef<Path>) -> io::Result<File> {
        Self::options().read(true).open(path).await
    }

    /// Opens a file for writing: makes it, or throws away what is in it.
    ///
    /// # Errors
    /// `NotFound` if its directory is not there; `PermissionDenied`, … as the system reports them.
    ///
    /// # Cancel safety
    /// A call that has begun goes on: the file is made or emptied, and closed.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-file-create-{}", std::process::id()));
    /// let file = File::create(&path).await?;
    /// assert_eq!(file.metadata().await?.len(), 0);
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn create(path: impl AsRef<Path>) -> io::Result<File> {
        let mut options = Self::options();
        options.write(true).create(true).truncate(true);
        options.open(path).await
    }

    /// Makes a file that must not be there, and opens it for reading and writing.
    ///
    /// # Errors
    /// `AlreadyExists` if it is; else as [`create`](Self::create).
    ///
    /// # Cancel safety
    /// A call that has begun goes on: the file is made, and closed.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-file-create-new-{}", std::process::id()));
    /// File::create_new(&path).await?;
    /// assert!(File::create_new(&path).await.is_err()); // it is there
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn create_new(path: impl AsRef<Path>) -> io::Result<File> {
        let mut options = Self::options();
        options.read(true).write(true).create_new(true);
        options.open(path).await
    }

    /// To say how a file is to be opened.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-file-options-{}", std::process::id()));
    /// let file = File::options().append(true).create(true).open(&path).await?;
    /// assert_eq!(file.metadata().await?.len(), 0);
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Takes over a file of std's, at the position it has.
    ///
    /// # Example
    /// ```
    /// use futures_lite::AsyncReadExt;
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut file = File::from_std(std::fs::File::open("Cargo.toml")?);
    /// let mut manifest = String::new();
    /// file.read_to_string(&mut manifest).await?;
    /// assert!(manifest.contains("toque"));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn from_std(file: fs::File) -> File {
        let lent = Arc::new(Lent::new(file));
        File {
            machine: Mutex::new(Machine::new(Arc::clone(&lent))),
            lent,
            max_buf_size: MAX_BUF_SIZE,
        }
    }

    /// Gives the file back as std's, at the position that it has in here.
    ///
    /// It waits for an operation under way. What could not be written is lost, as is its error: flush first.
    ///
    /// # Cancel safety
    /// As when the file is dropped.
    ///
    /// # Example
    /// ```
    /// use std::io::Seek;
    /// use futures_lite::AsyncReadExt;
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut file = File::open("Cargo.toml").await?;
    /// file.read_exact(&mut [0; 8]).await?;
    /// let mut file = file.into_std().await; // for a library that knows std's only
    /// assert_eq!(file.stream_position()?, 8); // it goes on from there
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn into_std(mut self) -> fs::File {
        self.machine().wind_up().await;
        self.into_inner()
    }

    /// Gives the file back as std's, without waiting.
    ///
    /// # Errors
    /// The file itself, if an operation is under way, or bytes are in the buffer, or an error is still to be told.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let file = File::open("src/lib.rs").await?;
    /// let file: std::fs::File = file.try_into_std().expect("nothing is under way");
    /// assert!(file.metadata()?.is_file());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[allow(clippy::result_large_err, reason = "tokio's signature")]
    pub fn try_into_std(mut self) -> Result<fs::File, File> {
        let mut cx = Context::from_waker(Waker::noop());
        let _ = budget::without_limit(|| self.machine().poll_outcome(&mut cx));
        if self.machine().is_at_rest() {
            Ok(self.into_inner())
        } else {
            Err(self)
        }
    }

    fn into_inner(self) -> fs::File {
        drop(self.lent);
        self.machine.into_inner().into_file()
    }

    /// Another handle on the same open file, with the same buffer size: the two share one position.
    ///
    /// It waits for an operation under way, and gives back what was read and not taken.
    ///
    /// # Errors
    /// As the system reports them: too many files are open.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let file = File::open("src/lib.rs").await?;
    /// let same = file.try_clone().await?;
    /// assert_eq!(same.metadata().await?.len(), file.metadata().await?.len());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn try_clone(&self) -> io::Result<File> {
        let mut machine = self.machine.lock_unnamed().await;
        machine.idle().await;
        let clone = |lent: &Lent| {
            let _ = lent.rewind(); // a pipe has no position
            lent.file().try_clone()
        };
        let mut clone = Self::from_std(machine.call(clone).await?);
        clone.max_buf_size = self.max_buf_size;
        Ok(clone)
    }

    /// Flushes, and waits until contents and metadata are on the disk (`fsync`).
    ///
    /// # Errors
    /// That of a write before, or as the system reports them.
    ///
    /// # Cancel safety
    /// Nothing is lost; a call that has begun goes on.
    ///
    /// # Example
    /// ```
    /// use futures_lite::AsyncWriteExt;
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-sync-all-{}", std::process::id()));
    /// let mut file = File::create(&path).await?;
    /// file.write_all(b"soup").await?;
    /// file.sync_all().await?; // from here on it outlives a power cut
    /// assert_eq!(std::fs::read(&path)?, b"soup");
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn sync_all(&self) -> io::Result<()> {
        let mut machine = self.machine.lock_unnamed().await;
        machine.written().await?;
        machine.call(|lent| lent.file().sync_all()).await
    }

    /// As [`sync_all`](Self::sync_all), but of the metadata no more than reading back needs (`fdatasync`).
    ///
    /// # Errors
    /// As [`sync_all`](Self::sync_all).
    ///
    /// # Cancel safety
    /// As [`sync_all`](Self::sync_all).
    ///
    /// # Example
    /// ```
    /// use futures_lite::AsyncWriteExt;
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-sync-data-{}", std::process::id()));
    /// let mut log = File::options().append(true).create(true).open(&path).await?;
    /// log.write_all(b"soup").await?;
    /// log.sync_data().await?;
    /// assert_eq!(std::fs::read(&path)?, b"soup");
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn sync_data(&self) -> io::Result<()> {
        let mut machine = self.machine.lock_unnamed().await;
        machine.written().await?;
        machine.call(|lent| lent.file().sync_data()).await
    }

    /// Flushes, and cuts the file to `size` bytes, or fills it up with zeros. The position stays.
    ///
    /// # Errors
    /// That of a write before; `InvalidInput` if it is not open for writing, or `size` is too large.
    ///
    /// # Cancel safety
    /// A call that has begun goes on.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-file-set-len-{}", std::process::id()));
    /// let file = File::create(&path).await?;
    /// file.set_len(4).await?;
    /// assert_eq!(file.metadata().await?.len(), 4);
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn set_len(&self, size: u64) -> io::Result<()> {
        let mut machine = self.machine.lock_unnamed().await;
        machine.written().await?;
        let set_len = move |lent: &Lent| {
            lent.rewind()?; // what was read may be no more
            lent.file().set_len(size)
        };
        machine.call(set_len).await
    }

    /// What the system knows of the file, after a write under way.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Cancel safety
    /// Nothing is changed.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let file = File::open("src/lib.rs").await?;
    /// assert!(file.metadata().await?.len() > 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn metadata(&self) -> io::Result<Metadata> {
        self.when_idle(fs::File::metadata).await
    }

    /// Sets who may do what with the file. Who has it open keeps what it may do.
    ///
    /// # Errors
    /// `PermissionDenied` if it is somebody else's.
    ///
    /// # Cancel safety
    /// A call that has begun goes on.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-permissions-{}", std::process::id()));
    /// let file = File::create(&path).await?;
    /// let mut permissions = file.metadata().await?.permissions();
    /// permissions.set_readonly(true);
    /// file.set_permissions(permissions).await?;
    /// assert!(std::fs::metadata(&path)?.permissions().readonly());
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.when_idle(|file| file.set_permissions(permissions))
            .await
    }

    /// Sets when the file was read and changed last.
    ///
    /// # Errors
    /// `PermissionDenied` if it is somebody else's.
    ///
    /// # Cancel safety
    /// A call that has begun goes on.
    ///
    /// # Example
    /// ```
    /// use std::fs::FileTimes;
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-times-{}", std::process::id()));
    /// let file = File::create(&path).await?;
    /// let moment = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    /// file.set_times(FileTimes::new().set_accessed(moment).set_modified(moment)).await?;
    /// assert_eq!(std::fs::metadata(&path)?.modified()?, moment);
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.when_idle(move |file| file.set_times(times)).await
    }

    /// Sets when the file was changed last.
    ///
    /// # Errors
    /// `PermissionDenied` if it is somebody else's.
    ///
    /// # Cancel safety
    /// A call that has begun goes on.
    ///
    /// # Example
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let path = std::env::temp_dir().join(format!("toque-doc-modified-{}", std::process::id()));
    /// let file = File::create(&path).await?;
    /// let moment = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    /// file.set_modified(moment).await?; // as `touch -d` does
    /// assert_eq!(std::fs::metadata(&path)?.modified()?, moment);
    /// std::fs::remove_file(path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.set_times(FileTimes::new().set_modified(time)).await
    }

    /// A call that asks nothing of position and contents.
    async fn when_idle<T, F>(&self, call: F) -> io::Result<T>
    where
        F: FnOnce(&fs::File) -> io::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let mut machine = self.machine.lock_unnamed().await;
        machine.idle().await;
        machine.call(|lent| call(lent.file())).await
    }

    /// Sets how many bytes one trip to the pool carries at most. At first it is 2 MiB.
    ///
    /// The buffer grows to what is read and written at once, and no further.
    ///
    /// # Panics
    /// If it is 0.
    ///
    /// # Example
    /// ```
    /// use futures_lite::AsyncReadExt;
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut file = File::open("src/lib.rs").await?;
    /// file.set_max_buf_size(512); // ten thousand such files are open
    /// assert_eq!(file.read(&mut [0; 4096]).await?, 512);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn set_max_buf_size(&mut self, max_buf_size: usize) {
        assert!(
            max_buf_size > 0,
            "`File::set_max_buf_size`: nothing fits into a buffer of no bytes: give it one at least"
        );
        self.max_buf_size = max_buf_size;
    }

    /// How many bytes one trip to the pool carries at most.
    ///
    /// # Example
    /// ```
    /// use toque::fs::File;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let file = File::open("src/lib.rs").await?;
    /// assert_eq!(file.max_buf_size(), 2 * 1024 * 1024);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn max_buf_size(&self) -> usize {
        self.max_buf_size
    }

    /// The state, without the lock: whoever has `&mut` is alone.
    pub(crate) fn machine(&mut self) -> &mut Machine {
        self.machine.get_mut()
    }

    fn std(&self) -> &fs::File {
        self.lent.file()
    }
}
