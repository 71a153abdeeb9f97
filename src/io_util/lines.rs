//! `Lines`: a reader line by line. futures-lite's is a stream only; tokio's users call `next_line`.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_io::AsyncBufRead;
use pin_project_lite::pin_project;

use super::read_to_end::append;
use super::read_until::poll_read_until;

pin_project! {
    /// The lines of a reader, without their ends. Made by [`AsyncBufReadExt::lines`](super::AsyncBufReadExt::lines).
    ///
    /// It is a [`Stream`] too.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut lines = b"bread\r\ncheese".lines();
    /// assert_eq!(lines.next_line().await.unwrap().unwrap(), "bread");
    /// assert_eq!(lines.next_line().await.unwrap().unwrap(), "cheese");
    /// assert_eq!(lines.next_line().await.unwrap(), None);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Lines<R> {
        #[pin]
        reader: R,
        // The line that has begun. Here and not in the future, which may be dropped.
        bytes: Vec<u8>,
        // How many bytes of it have been read.
        read: usize,
    }
}

impl<R> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            bytes: Vec::new(),
            read: 0,
        }
    }

    /// The reader.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut lines = (&b"soup\nsalad\n"[..]).lines();
    /// lines.next_line().await?;
    /// assert_eq!(*lines.get_ref(), b"salad\n"); // what is left
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn get_ref(&self) -> &R {
        &self.reader
    }

    /// The reader.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut lines = (&b"soup\n\nbody"[..]).lines();
    /// while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
    /// let body = lines.get_mut(); // the rest is no lines
    /// assert_eq!(body.fill_buf().await?, b"body");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// The reader. A line that has begun is lost.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncBufReadExt, AsyncReadExt};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut lines = (&b"soup\n\nbody"[..]).lines();
    /// while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
    /// let mut body = String::new();
    /// lines.into_inner().read_to_string(&mut body).await?;
    /// assert_eq!(body, "body");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<R: AsyncBufRead> Lines<R> {
    /// The next line; `None` at the end. A last line need not have an end.
    ///
    /// # Errors
    /// Those of the reader; `InvalidData` if the line is no valid UTF-8: it is lost then, and the next call reads the next.
    ///
    /// # Cancel safety
    /// Nothing is lost: what has been read of a line stays here.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut lines = (&b"soup\nbread\n"[..]).lines();
    /// assert_eq!(lines.next_line().await?.as_deref(), Some("soup"));
    /// assert_eq!(lines.next_line().await?.as_deref(), Some("bread"));
    /// assert_eq!(lines.next_line().await?, None);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn next_line(&mut self) -> io::Result<Option<String>>
    where
        R: Unpin,
    {
        poll_fn(|cx| Pin::new(&mut *self).poll_next_line(cx)).await
    }

    /// As [`next_line`](Self::next_line), for hand-written futures.
    ///
    /// # Errors
    /// As [`next_line`](Self::next_line).
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::pin::Pin;
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut lines = (&b"soup"[..]).lines();
    /// let line = poll_fn(|cx| Pin::new(&mut lines).poll_next_line(cx)).await?;
    /// assert_eq!(line.as_deref(), Some("soup"));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_next_line(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<String>>> {
        let this = self.project();
        let read = ready!(poll_read_until(
            this.reader,
            cx,
            b'\n',
            this.bytes,
            this.read
        ))?;
        *this.read = 0;
        if read == 0 {
            return Poll::Ready(Ok(None));
        }
        let mut line = String::new();
        append(&mut line, this.bytes, Ok(read))?;
        line.truncate(without_end(&line).len());
        Poll::Ready(Ok(Some(line)))
    }
}

fn without_end(line: &str) -> &str {
    let Some(text) = line.strip_suffix('\n') else {
        return line;
    };
    text.strip_suffix('\r').unwrap_or(text)
}

impl<R: AsyncBufRead> Stream for Lines<R> {
    type Item = io::Result<String>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_line(cx).map(Result::transpose)
    }
}
