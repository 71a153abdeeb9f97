//! The reading of a directory: entry by entry for its user, in batches for the pool.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::future::{Future, poll_fn};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use super::dir_entry::DirEntry;
use super::on_pool::{no_answer, on_pool, start};
use crate::runtime::Answer;

/// Entries in one trip to the pool. As many as tokio reads at once (1.54): few enough for the first to come soon.
const BATCH: usize = 32;

/// What one trip brings.
struct Batch<T> {
    /// Errors are in their places.
    entries: VecDeque<io::Result<T>>,
    /// False at the directory's end, so that nobody makes a trip to hear of it.
    more: bool,
}

/// The entries of a directory, in no order, without `.` and `..`.
///
/// # Errors
/// `NotFound` if nothing is there; `NotADirectory`; `PermissionDenied`.
///
/// # Cancel safety
/// Nothing is left behind.
///
/// # Example
/// ```
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let mut found = false;
/// let mut entries = toque::fs::read_dir("src/fs").await?;
/// while let Some(entry) = entries.next_entry().await? {
///     found |= entry.file_name() == "read_dir.rs";
/// }
/// assert!(found);
/// # Ok(())
/// # })
/// # }
/// ```
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<ReadDir> {
    let path = path.as_ref().to_owned();
    let open_and_read = move || {
        let mut entries = fs::read_dir(path)?;
        let first = read_batch(&mut entries);
        Ok((entries, first))
    };
    let (entries, first) = on_pool(open_and_read).await?;
    Ok(ReadDir {
        entries: Arc::new(Mutex::new(entries)),
        read: first,
        batch: None,
    })
}

/// The entries of a directory that are still to come. Made by [`read_dir`].
///
/// # Example
/// ```
/// # toque::Runtime::new()?.block_on(async {
/// let mut entries: toque::fs::ReadDir = toque::fs::read_dir("src").await?;
/// let mut names = Vec::new();
/// while let Some(entry) = entries.next_entry().await? {
///     names.push(entry.file_name());
/// }
/// assert!(names.iter().any(|name| name == "lib.rs"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "it reads nothing until `next_entry` is awaited"]
pub struct ReadDir {
    /// Shared with the batch under way, so that a batch that is refused or lost does not take the directory with it. Never
    /// contended: there is one batch at a time.
    entries: Arc<Mutex<fs::ReadDir>>,
    /// What of the last batch nobody has taken yet.
    read: Batch<DirEntry>,
    /// The batch under way. It outlives a cancelled `next_entry`.
    batch: Option<Answer<Batch<DirEntry>>>,
}

impl ReadDir {
    /// The next entry; `None` after the last one.
    ///
    /// # Errors
    /// As the system reports them. What was read before comes first, and reading can go on after it.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// let mut names = Vec::new();
    /// while let Some(entry) = entries.next_entry().await? {
    ///     names.push(entry.file_name());
    /// }
    /// assert!(names.contains(&"lib.rs".into()));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        poll_fn(|cx| self.poll_next_entry(cx)).await
    }

    /// As [`next_entry`](Self::next_entry), for hand-written futures.
    ///
    /// # Errors
    /// As [`next_entry`](Self::next_entry).
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut entries = toque::fs::read_dir("src").await?;
    /// let first = poll_fn(|cx| entries.poll_next_entry(cx)).await?;
    /// assert!(first.is_some());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_next_entry(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<DirEntry>>> {
        if self.read.entries.is_empty() && self.read.more {
            self.read = ready!(self.poll_batch(cx))?; // the batch's end owes the wake
        }
        Poll::Ready(self.read.entries.pop_front().transpose())
    }

    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Batch<DirEntry>>> {
        let batch = match &mut self.batch {
            Some(batch) => batch,
            None => {
                let entries = Arc::clone(&self.entries);
                let read = move || {
                    let entries = entries.lock();
                    read_batch(&mut entries.unwrap_or_else(PoisonError::into_inner))
                };
                self.batch.insert(start(read)?)
            }
        };
        let read = ready!(Pin::new(batch).poll(cx));
        self.batch = None;
        Poll::Ready(read.map_err(no_answer))
    }
}

/// On the pool.
fn read_batch(entries: &mut fs::ReadDir) -> Batch<DirEntry> {
    batch(entries.map(|entry| entry.map(DirEntry::new)))
}

/// The first of what is to come. An error ends the batch, since nobody knows what comes after: the next batch asks.
fn batch<T>(source: impl Iterator<Item = io::Result<T>>) -> Batch<T> {
    let mut entries = VecDeque::new();
    for entry in source {
        let failed = entry.is_err();
        entries.push_back(entry);
        if failed || entries.len() == BATCH {
            return Batch {
                entries,
                more: true,
            };
        }
    }
    Batch {
        entries,
        more: false,
    }
}

impl fmt::Debug for ReadDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadDir")
            .field("read", &self.read.entries)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_the_last_of_its_batch_and_skips_nothing() {
        let error = || io::Error::other("this one");
        let mut source = (0..100).map(|n| if n == 5 { Err(error()) } else { Ok(n) });
        let first = batch(source.by_ref()).entries;
        assert!(first.iter().take(5).map(|n| *n.as_ref().unwrap()).eq(0..5));
        assert!(first[5].is_err());
        assert_eq!(first.len(), 6);

        let mut rest = Vec::new();
        let mut more = true;
        while more {
            let next = batch(source.by_ref());
            assert!(next.entries.len() <= BATCH);
            more = next.more;
            rest.extend(next.entries.into_iter().map(Result::unwrap));
        }
        assert!(rest.into_iter().eq(6..100));
    }
}
