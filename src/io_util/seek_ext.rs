//! The methods of what has a position.

use std::io::SeekFrom;

use futures_io::AsyncSeek;
use futures_lite::AsyncSeekExt as Lite;
use futures_lite::io::SeekFuture;

/// What can be done with everything that has a position: [`AsyncSeek`]'s method for `async` code.
///
/// Not to be imported beside futures-lite's or futures-util's trait of that name: a call would be ambiguous.
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncSeekExt, Cursor, SeekFrom};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut menu = Cursor::new(b"bread cheese");
///     assert_eq!(menu.seek(SeekFrom::Start(6)).await?, 6);
///     let mut second = String::new();
///     menu.read_to_string(&mut second).await?;
///     assert_eq!(second, "cheese");
///     assert_eq!(menu.stream_position().await?, 12);
///     menu.rewind().await?;
///     Ok(())
/// })
/// # }
/// ```
pub trait AsyncSeekExt: AsyncSeek {
    /// Goes to a position, and tells how far from the start that is, in bytes. futures-lite's future.
    ///
    /// # Errors
    /// Those of what it is; `InvalidInput` for a position before the start.
    ///
    /// # Cancel safety
    /// None: where it stands can't be told. Another call says.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, AsyncSeekExt, Cursor, SeekFrom};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut menu = Cursor::new(b"soup salad");
    /// assert_eq!(menu.seek(SeekFrom::End(-5)).await?, 5);
    /// let mut last = String::new();
    /// menu.read_to_string(&mut last).await?;
    /// assert_eq!(last, "salad");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn seek(&mut self, position: SeekFrom) -> SeekFuture<'_, Self>
    where
        Self: Unpin,
    {
        Lite::seek(self, position)
    }

    /// Goes to the start. See [`seek`](Self::seek).
    ///
    /// # Errors
    /// As [`seek`](Self::seek).
    ///
    /// # Cancel safety
    /// As [`seek`](Self::seek).
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, AsyncSeekExt, Cursor};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut menu = Cursor::new(b"soup");
    /// for _ in 0..2 {
    ///     let mut text = String::new();
    ///     menu.read_to_string(&mut text).await?;
    ///     assert_eq!(text, "soup"); // once more
    ///     menu.rewind().await?;
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn rewind(&mut self) -> SeekFuture<'_, Self>
    where
        Self: Unpin,
    {
        Lite::seek(self, SeekFrom::Start(0))
    }

    /// How far from the start it stands, in bytes.
    ///
    /// # Errors
    /// As [`seek`](Self::seek).
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, AsyncSeekExt, Cursor};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut menu = Cursor::new(b"soup salad");
    /// menu.read_exact(&mut [0; 5]).await?;
    /// assert_eq!(menu.stream_position().await?, 5);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn stream_position(&mut self) -> SeekFuture<'_, Self>
    where
        Self: Unpin,
    {
        Lite::seek(self, SeekFrom::Current(0))
    }
}

impl<S: AsyncSeek + ?Sized> AsyncSeekExt for S {}
