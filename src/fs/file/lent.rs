//! What a file lends to the pool for an operation: the descriptor and the buffer. Here is all that touches the disk.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::buffer::Buffer;
use super::machine::Outcome;

/// Shared, not sent: an operation that is refused by the pool, or panics there, takes nothing with it.
#[derive(Debug)]
pub(super) struct Lent {
    file: File,
    /// Never contended: while an operation is under way the buffer is the pool's, else the user's.
    buffer: Mutex<Buffer>,
}

impl Lent {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            buffer: Mutex::new(Buffer::new()),
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn into_file(self) -> File {
        self.file
    }

    pub(super) fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self, max: usize) -> Outcome {
        Outcome::Read(self.buffer().read_from(&self.file, max))
    }

    pub(super) fn write(&self) -> Outcome {
        Outcome::Written(self.buffer().write_to(&self.file))
    }

    /// Puts the file's position to where its user thinks it is: in front of what was read and not taken, which is forgotten.
    pub(super) fn rewind(&self) -> io::Result<()> {
        let unread = self.buffer().unread();
        if unread > 0 {
            self.seek_as_seen(SeekFrom::Current(0))?;
        }
        Ok(())
    }

    pub(super) fn seek(&self, target: SeekFrom) -> Outcome {
        let written = self.buffer().write_to(&self.file);
        let result = written.and_then(|()| self.seek_as_seen(target));
        Outcome::Sought(target, result)
    }

    /// Seeks from where the user thinks the file is. What was read is forgotten only if that succeeds: else it comes next.
    fn seek_as_seen(&self, target: SeekFrom) -> io::Result<u64> {
        let mut buffer = self.buffer();
        let target = match target {
            SeekFrom::Current(offset) => SeekFrom::Current(less(offset, buffer.unread())?),
            other => other,
        };
        let position = (&self.file).seek(target)?;
        buffer.clear();
        Ok(position)
    }
}

fn less(offset: i64, unread: usize) -> io::Result<i64> {
    let unread = i64::try_from(unread).ok();
    unread
        .and_then(|unread| offset.checked_sub(unread))
        .ok_or_else(|| ErrorKind::InvalidInput.into())
}
