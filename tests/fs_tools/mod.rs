//! What the tests of files and directories share.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::fs;
use std::future::{Future, poll_fn};
use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::Poll;

use futures_lite::{AsyncReadExt, AsyncSeekExt};
use toque::fs::File;
use toque::{Builder, Handle, Runtime};

#[path = "../tools/mod.rs"]
mod tools;

#[allow(unused_imports, reason = "each test file takes what it needs")]
pub(crate) use tools::{PATIENCE, caught, let_others_run, watched};

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a test's future on a runtime of its own. One that hangs fails instead.
pub(crate) fn run<F: Future<Output = Result>>(test: F) {
    let timed = async { toque::time::timeout(PATIENCE, test).await };
    let result = Runtime::new().unwrap().block_on(timed);
    result.expect("the test hangs").unwrap();
}

/// Polls a future once and drops it. Tells whether it was ready at once.
pub(crate) async fn cancelled<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

/// A directory of its own for each test, empty at first, and gone with all that is in it at the end.
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("toque-fs-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path); // of a process that was killed
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The path of something in it.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::write(&path, contents).unwrap();
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A file for reading and writing that holds `contents`.
pub(crate) async fn holding(dir: &TempDir, contents: impl AsRef<[u8]>) -> Result<File> {
    let path = dir.file("file", contents);
    Ok(File::options().read(true).write(true).open(path).await?)
}

/// Begins a read of up to `n` bytes and drops it: they are read, and nobody takes them. One that is done at once is undone.
pub(crate) async fn read_ahead(file: &mut File, n: usize) -> Result {
    while let Some(taken) = cancelled(file.read(&mut vec![0; n])).await {
        let taken = i64::try_from(taken?)?;
        file.seek(SeekFrom::Current(-taken)).await?;
    }
    Ok(())
}

pub(crate) async fn read_exactly(file: &mut File, n: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; n];
    file.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Bytes that tell where they were.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n % 251) as u8).collect()
}

/// A runtime whose pool has one thread, and that is at work until the sender is used or dropped.
pub(crate) fn with_a_held_pool() -> (Runtime, mpsc::Sender<()>) {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (release, released) = mpsc::channel();
    let (begun, has_begun) = mpsc::channel();
    drop(runtime.spawn_blocking(move || {
        begun.send(()).unwrap();
        let _ = released.recv();
    }));
    has_begun.recv().unwrap();
    (runtime, release)
}

/// Waits, on another thread than the runtime's, until its pool takes no more jobs. The pool is held, so none ends.
pub(crate) fn wait_for_the_end_of(handle: &Handle) {
    while !handle.spawn_blocking(|| ()).is_finished() {
        std::thread::yield_now();
    }
}

/// Numbers that look like chance and are the same each time (splitmix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}
