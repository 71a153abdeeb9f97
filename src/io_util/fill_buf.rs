//! `fill_buf`: what a reader has buffered, or the next that comes.
//!
//! futures-lite's polls a reader that is ready a second time, also at its end, and panics if that gives nothing; a socket at
//! its end whose task has no budget left gives nothing.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncBufRead;

/// The future of [`AsyncBufReadExt::fill_buf`](super::AsyncBufReadExt::fill_buf).
///
/// # Example
/// ```
/// use toque::io::AsyncBufReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &b"soup"[..];
/// assert_eq!(reader.fill_buf().await?, b"soup");
/// reader.consume(1);
/// assert_eq!(reader.fill_buf().await?, b"oup");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct FillBuf<'a, R: ?Sized> {
    /// `None` once its buffer has been given away.
    reader: Option<&'a mut R>,
}

impl<'a, R: ?Sized> FillBuf<'a, R> {
    pub(super) fn new(reader: &'a mut R) -> Self {
        Self {
            reader: Some(reader),
        }
    }
}

impl<'a, R: AsyncBufRead + Unpin + ?Sized> Future for FillBuf<'a, R> {
    type Output = io::Result<&'a [u8]>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let reader = self.reader.as_mut().expect("polled after it was ready");
        let is_end = ready!(Pin::new(&mut **reader).poll_fill_buf(cx))?.is_empty();
        let reader = self.reader.take().expect("looked at above");
        if is_end {
            return Poll::Ready(Ok(&[]));
        }
        // What is buffered is there at once. The borrow for `'a` can't be taken before it is known that it is returned.
        Pin::new(reader).poll_fill_buf(cx)
    }
}
