//! The methods of buffered readers.

use std::pin::Pin;

use futures_io::AsyncBufRead;

use super::fill_buf::FillBuf;
use super::lines::Lines;
use super::read_until::{ReadLine, ReadUntil};
use super::split::Split;

/// What can be done with every buffered reader: [`AsyncBufRead`]'s methods for `async` code.
///
/// Not to be imported beside futures-lite's or futures-util's trait of that name: a call would be ambiguous.
///
/// # Example
/// ```
/// use toque::io::{AsyncBufReadExt, BufReader};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut order = BufReader::new(&b"one\ntwo\nthree"[..]);
///     let mut first = String::new();
///     assert_eq!(order.read_line(&mut first).await?, 4);
///     assert_eq!(first, "one\n");
///
///     let mut rest = order.lines();
///     while let Some(line) = rest.next_line().await? {
///         println!("{line}"); // "two", "three"
///     }
///     Ok(())
/// })
/// # }
/// ```
pub trait AsyncBufReadExt: AsyncBufRead {
    /// What is buffered, or the next that comes; empty at the end. [`consume`](Self::consume) says how much of it was used.
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// # Cancel safety
    /// Nothing is lost: what was read stays in the reader.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut orders = &b"soup, salad"[..];
    /// assert!(orders.fill_buf().await?.starts_with(b"soup")); // looked at, not taken
    /// assert_eq!(orders.fill_buf().await?, b"soup, salad");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn fill_buf(&mut self) -> FillBuf<'_, Self>
    where
        Self: Unpin,
    {
        FillBuf::new(self)
    }

    /// Drops so many bytes of what is buffered: they have been used.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut orders = &b"soup, salad"[..];
    /// let dish = orders.fill_buf().await?.split(|byte| *byte == b',').next().unwrap().to_vec();
    /// orders.consume(dish.len() + 1);
    /// assert_eq!(orders.fill_buf().await?, b" salad");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn consume(&mut self, amount: usize)
    where
        Self: Unpin,
    {
        AsyncBufRead::consume(Pin::new(self), amount);
    }

    /// Appends up to the delimiter, with it, or up to the end. Tells how many bytes that was: 0 at the end.
    ///
    /// # Errors
    /// Those of the reader. What came before stays in `buf`.
    ///
    /// # Cancel safety
    /// Nothing is lost: what has been read is in `buf`, and a further call appends the rest. That one counts the rest only.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut orders = &b"soup;salad"[..];
    /// let mut dish = Vec::new();
    /// assert_eq!(orders.read_until(b';', &mut dish).await?, 5);
    /// assert_eq!(dish, b"soup;");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read_until<'a>(&'a mut self, delimiter: u8, buf: &'a mut Vec<u8>) -> ReadUntil<'a, Self>
    where
        Self: Unpin,
    {
        ReadUntil::new(self, delimiter, buf)
    }

    /// Appends a line, with its `\n`, or what there is up to the end. Tells how many bytes that was: 0 at the end.
    ///
    /// # Errors
    /// Those of the reader; `InvalidData` if the line is no valid UTF-8: it is lost then, and `buf` is as it was.
    ///
    /// # Cancel safety
    /// None: what has been read of the line is lost, and `buf` is as it was. [`lines`](Self::lines) and
    /// [`read_until`](Self::read_until) lose nothing.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut orders = &b"soup\nsalad"[..];
    /// let mut dishes = 0;
    /// let mut line = String::new();
    /// while orders.read_line(&mut line).await? > 0 {
    ///     println!("{}", line.trim_end());
    ///     line.clear(); // else the next one is appended
    ///     dishes += 1;
    /// }
    /// assert_eq!(dishes, 2);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read_line<'a>(&'a mut self, buf: &'a mut String) -> ReadLine<'a, Self>
    where
        Self: Unpin,
    {
        ReadLine::new(self, buf)
    }

    /// The reader line by line.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncBufReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut lines = (&b"soup\nsalad"[..]).lines();
    /// assert_eq!(lines.next_line().await?.as_deref(), Some("soup"));
    /// assert_eq!(lines.next_line().await?.as_deref(), Some("salad"));
    /// assert_eq!(lines.next_line().await?, None);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn lines(self) -> Lines<Self>
    where
        Self: Sized,
    {
        Lines::new(self)
    }

    /// The reader cut at each `delimiter`.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncBufReadExt, BufReader};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut fields = BufReader::new(&b"soup;salad"[..]).split(b';');
    /// assert_eq!(fields.next_segment().await?.as_deref(), Some(&b"soup"[..]));
    /// assert_eq!(fields.next_segment().await?.as_deref(), Some(&b"salad"[..]));
    /// assert_eq!(fields.next_segment().await?, None);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn split(self, delimiter: u8) -> Split<Self>
    where
        Self: Sized,
    {
        Split::new(self, delimiter)
    }
}

impl<R: AsyncBufRead + ?Sized> AsyncBufReadExt for R {}
