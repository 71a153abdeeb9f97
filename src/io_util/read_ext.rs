//! The methods of readers.

use std::io::IoSliceMut;

use futures_io::AsyncRead;
use futures_lite::AsyncReadExt as Lite;
use futures_lite::io::{Chain, ReadFuture, ReadVectoredFuture, Take};

use super::number::ReadNumber;
use super::read_exact::ReadExact;
use super::read_to_end::{ReadToEnd, ReadToString};

/// A method for each number: its name, its type, its size in bytes, how it is made of them, and the same in words.
macro_rules! numbers {
    ($($name:ident: $type:ident, $size:literal, $from:ident, $to:ident, $order:literal;)*) => {$(
        #[doc = concat!("Reads `", stringify!($type), "`: ", $order, ".")]
        ///
        /// # Errors
        /// Those of the reader; `UnexpectedEof` if it ends before.
        ///
        /// # Cancel safety
        /// None: what has been read of the number is lost.
        ///
        /// # Example
        /// ```
        /// use toque::io::AsyncReadExt;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        #[doc = concat!("let bytes = 7_", stringify!($type), ".", stringify!($to), "();")]
        #[doc = concat!("assert_eq!((&bytes[..]).", stringify!($name), "().await?, 7_", stringify!($type), ");")]
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        fn $name(&mut self) -> ReadNumber<'_, Self, $type, $size>
        where
            Self: Unpin,
        {
            ReadNumber::new(self, <$type>::$from)
        }
    )*};
}

/// What can be done with every reader: [`AsyncRead`]'s methods for `async` code.
///
/// Not to be imported beside futures-lite's or futures-util's trait of that name: a call would be ambiguous.
///
/// # Example
/// A length, then a text of that length:
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (mut ours, mut theirs) = toque::io::duplex(64);
///     theirs.write_u16(8).await?;
///     theirs.write_all(b"sandwich, please").await?;
///     drop(theirs);
///
///     let mut text = vec![0; ours.read_u16().await?.into()];
///     assert_eq!(ours.read_exact(&mut text).await?, 8);
///     assert_eq!(text, b"sandwich");
///
///     let mut rest = String::new();
///     ours.read_to_string(&mut rest).await?;
///     assert_eq!(rest, ", please");
///     Ok(())
/// })
/// # }
/// ```
pub trait AsyncReadExt: AsyncRead {
    /// Reads what is there, at least a byte; 0 says that it is the end. futures-lite's future.
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// # Cancel safety
    /// Nothing is lost: what has been read has been returned.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, AsyncWriteExt, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (mut guest, mut waiter) = duplex(64);
    /// guest.write_all(b"soup").await?;
    /// let mut order = [0; 16];
    /// assert_eq!(waiter.read(&mut order).await?, 4); // what is there
    /// drop(guest);
    /// assert_eq!(waiter.read(&mut order).await?, 0); // the end
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read<'a>(&'a mut self, buf: &'a mut [u8]) -> ReadFuture<'a, Self>
    where
        Self: Unpin,
    {
        Lite::read(self, buf)
    }

    /// As [`read`](Self::read), into several buffers, one after the other. futures-lite's future.
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// use std::io::IoSliceMut;
    /// use toque::io::{AsyncReadExt, Cursor};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut message = Cursor::new(b"\0\x04soup");
    /// let (mut length, mut text) = ([0; 2], [0; 4]);
    /// let mut parts = [IoSliceMut::new(&mut length), IoSliceMut::new(&mut text)];
    /// assert_eq!(message.read_vectored(&mut parts).await?, 6);
    /// assert_eq!(&text, b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read_vectored<'a>(
        &'a mut self,
        bufs: &'a mut [IoSliceMut<'a>],
    ) -> ReadVectoredFuture<'a, Self>
    where
        Self: Unpin,
    {
        Lite::read_vectored(self, bufs)
    }

    /// Fills `buf`, and tells its length.
    ///
    /// # Errors
    /// Those of the reader; `UnexpectedEof` if it ends before.
    ///
    /// # Cancel safety
    /// None: how much of `buf` has been read can't be told.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, ErrorKind};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut orders = &b"soup, tea"[..];
    /// let mut dish = [0; 4];
    /// orders.read_exact(&mut dish).await?;
    /// assert_eq!(&dish, b"soup");
    /// let too_much = orders.read_exact(&mut [0; 100]).await;
    /// assert_eq!(too_much.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read_exact<'a>(&'a mut self, buf: &'a mut [u8]) -> ReadExact<'a, Self>
    where
        Self: Unpin,
    {
        ReadExact::new(self, buf)
    }

    /// Appends all that comes until the end, and tells how many bytes that was.
    ///
    /// # Errors
    /// Those of the reader. What came before stays in `buf`.
    ///
    /// # Cancel safety
    /// Nothing is lost: what has been read is in `buf`.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = &b"soup"[..];
    /// let mut bytes = b"one ".to_vec();
    /// assert_eq!(order.read_to_end(&mut bytes).await?, 4);
    /// assert_eq!(bytes, b"one soup"); // it was appended
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read_to_end<'a>(&'a mut self, buf: &'a mut Vec<u8>) -> ReadToEnd<'a, Self>
    where
        Self: Unpin,
    {
        ReadToEnd::new(self, buf)
    }

    /// Appends all that comes until the end, and tells how many bytes that was.
    ///
    /// # Errors
    /// Those of the reader; `InvalidData` if it is no valid UTF-8: `buf` is as it was then.
    ///
    /// # Cancel safety
    /// None: what has been read is lost, and `buf` is as it was.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, ErrorKind};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut text = String::new();
    /// assert_eq!((&b"soup"[..]).read_to_string(&mut text).await?, 4);
    /// let no_text = (&b"\xff"[..]).read_to_string(&mut text).await;
    /// assert_eq!(no_text.unwrap_err().kind(), ErrorKind::InvalidData);
    /// assert_eq!(text, "soup"); // as it was
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn read_to_string<'a>(&'a mut self, buf: &'a mut String) -> ReadToString<'a, Self>
    where
        Self: Unpin,
    {
        ReadToString::new(self, buf)
    }

    /// A reader that ends after `limit` bytes. futures-lite's type.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let endless = toque::io::repeat(b'!');
    /// let mut shout = String::new();
    /// endless.take(3).read_to_string(&mut shout).await?; // no more than that
    /// assert_eq!(shout, "!!!");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn take(self, limit: u64) -> Take<Self>
    where
        Self: Sized,
    {
        Lite::take(self, limit)
    }

    /// A reader that goes on with `next` after its end. futures-lite's type.
    ///
    /// # Example
    /// ```
    /// use toque::io::AsyncReadExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (already_read, rest) = (&b"GET /"[..], &b"menu"[..]);
    /// let mut line = String::new();
    /// already_read.chain(rest).read_to_string(&mut line).await?;
    /// assert_eq!(line, "GET /menu");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn chain<R: AsyncRead>(self, next: R) -> Chain<Self, R>
    where
        Self: Sized,
    {
        Lite::chain(self, next)
    }

    numbers! {
        read_u8: u8, 1, from_be_bytes, to_be_bytes, "a byte";
        read_i8: i8, 1, from_be_bytes, to_be_bytes, "a byte";
        read_u16: u16, 2, from_be_bytes, to_be_bytes, "2 bytes, the most significant first";
        read_i16: i16, 2, from_be_bytes, to_be_bytes, "2 bytes, the most significant first";
        read_u32: u32, 4, from_be_bytes, to_be_bytes, "4 bytes, the most significant first";
        read_i32: i32, 4, from_be_bytes, to_be_bytes, "4 bytes, the most significant first";
        read_u64: u64, 8, from_be_bytes, to_be_bytes, "8 bytes, the most significant first";
        read_i64: i64, 8, from_be_bytes, to_be_bytes, "8 bytes, the most significant first";
        read_u128: u128, 16, from_be_bytes, to_be_bytes, "16 bytes, the most significant first";
        read_i128: i128, 16, from_be_bytes, to_be_bytes, "16 bytes, the most significant first";
        read_f32: f32, 4, from_be_bytes, to_be_bytes, "4 bytes, the most significant first";
        read_f64: f64, 8, from_be_bytes, to_be_bytes, "8 bytes, the most significant first";
        read_u16_le: u16, 2, from_le_bytes, to_le_bytes, "2 bytes, the least significant first";
        read_i16_le: i16, 2, from_le_bytes, to_le_bytes, "2 bytes, the least significant first";
        read_u32_le: u32, 4, from_le_bytes, to_le_bytes, "4 bytes, the least significant first";
        read_i32_le: i32, 4, from_le_bytes, to_le_bytes, "4 bytes, the least significant first";
        read_u64_le: u64, 8, from_le_bytes, to_le_bytes, "8 bytes, the least significant first";
        read_i64_le: i64, 8, from_le_bytes, to_le_bytes, "8 bytes, the least significant first";
        read_u128_le: u128, 16, from_le_bytes, to_le_bytes, "16 bytes, the least significant first";
        read_i128_le: i128, 16, from_le_bytes, to_le_bytes, "16 bytes, the least significant first";
        read_f32_le: f32, 4, from_le_bytes, to_le_bytes, "4 bytes, the least significant first";
        read_f64_le: f64, 8, from_le_bytes, to_le_bytes, "8 bytes, the least significant first";
    }
}

impl<R: AsyncRead + ?Sized> AsyncReadExt for R {}
