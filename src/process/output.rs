//! What a child writes, collected from its pipes as it comes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncRead;

/// Bytes read in one go: a quarter of what a Linux pipe holds, and little enough for the stack.
const CHUNK: usize = 16 * 1024;

/// A pipe, and what has come through it.
#[derive(Debug)]
pub(super) struct Collected<T> {
    /// `None` once it has ended: a pipe that is done with is closed at once.
    pipe: Option<T>,
    pub(super) bytes: Vec<u8>,
}

impl<T: AsyncRead + Unpin> Collected<T> {
    /// Without a pipe, it is nothing.
    pub(super) fn from(pipe: Option<T>) -> Self {
        Self {
            pipe,
            bytes: Vec::new(),
        }
    }

    /// Reads on, and is ready at the end.
    pub(super) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut chunk = [0; CHUNK];
        while let Some(pipe) = &mut self.pipe {
            match ready!(Pin::new(pipe).poll_read(cx, &mut chunk))? {
                0 => self.pipe = None,
                n => self.bytes.extend_from_slice(&chunk[..n]),
            }
        }
        Poll::Ready(Ok(()))
    }
}
