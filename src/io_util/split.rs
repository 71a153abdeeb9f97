//! `Split`: a reader cut at a byte. futures-lite's is a stream only; tokio's users call `next_segment`.

use std::future::poll_fn;
use std::io;
use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_io::AsyncBufRead;
use pin_project_lite::pin_project;

use super::read_until::poll_read_until;

pin_project! {
    /// What is between the delimiters of a reader. Made by [`AsyncBufReadExt::split`](super::AsyncBufReadExt::split).
    ///
    /// It is a [`Stream`] too.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut words = AsyncBufReadExt::split(&b"bread,cheese"[..], b',');
    /// assert_eq!(words.next_segment().await.unwrap().unwrap(), b"bread");
    /// assert_eq!(words.next_segment().await.unwrap().unwrap(), b"cheese");
    /// assert_eq!(words.next_segment().await.unwrap(), None);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Split<R> {
        #[pin]
        reader: R,
        delimiter: u8,
        // The segment that has begun. Here and not in the future, which may be dropped.
        bytes: Vec<u8>,
        // How many bytes of it have been read.
        read: usize,
    }
}

impl<R> Split<R> {
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        Self {
            reader,
            delimiter,
            bytes: Vec::new(),
            read: 0,
        }
    }
}

impl<R: AsyncBufRead> Split<R> {
    /// The next segment, without its delimiter; `None` at the end. A last segment need not have a delimiter.
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// # Cancel safety
    /// Nothing is lost: what has been read of a segment stays here.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut dishes = AsyncBufReadExt::split(&b"soup,bread"[..], b',');
    /// assert_eq!(dishes.next_segment().await?.as_deref(), Some(&b"soup"[..]));
    /// assert_eq!(dishes.next_segment().await?.as_deref(), Some(&b"bread"[..]));
    /// assert_eq!(dishes.next_segment().await?, None);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn next_segment(&mut self) -> io::Result<Option<Vec<u8>>>
    where
        R: Unpin,
    {
        poll_fn(|cx| Pin::new(&mut *self).poll_next_segment(cx)).await
    }

    /// As [`next_segment`](Self::next_segment), for hand-written futures.
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::pin::Pin;
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut dishes = AsyncBufReadExt::split(&b"soup;salad"[..], b';');
    /// let dish = poll_fn(|cx| Pin::new(&mut dishes).poll_next_segment(cx)).await?;
    /// assert_eq!(dish.as_deref(), Some(&b"soup"[..]));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_next_segment(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Vec<u8>>>> {
        let this = self.project();
        let delimiter = *this.delimiter;
        let read = ready!(poll_read_until(
            this.reader,
            cx,
            delimiter,
            this.bytes,
            this.read
        ))?;
        *this.read = 0;
        if read == 0 {
            return Poll::Ready(Ok(None));
        }
        let mut segment = take(this.bytes);
        if segment.last() == Some(&delimiter) {
            segment.pop();
        }
        Poll::Ready(Ok(Some(segment)))
    }
}

impl<R: AsyncBufRead> Stream for Split<R> {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_segment(cx).map(Result::transpose)
    }
}
