//! The methods of writers.

use std::io::IoSlice;

use futures_io::AsyncWrite;
use futures_lite::AsyncWriteExt as Lite;
use futures_lite::io::{
    CloseFuture, FlushFuture, WriteAllFuture, WriteFuture, WriteVectoredFuture,
};

use super::number::WriteNumber;

/// A method for each number: its name, its type, its size in bytes, how it becomes them, and the same in words.
macro_rules! numbers {
    ($($name:ident: $type:ident, $size:literal, $to:ident, $order:literal;)*) => {$(
        #[doc = concat!("Writes `", stringify!($type), "`: ", $order, ".")]
        ///
        /// # Errors
        /// Those of the writer; `WriteZero` if it takes no more.
        ///
        /// # Cancel safety
        /// None: how many of the bytes have been written can't be told.
        ///
        /// # Example
        /// ```
        /// use toque::io::AsyncWriteExt;
        ///
        /// # fn main() -> std::io::Result<()> {
        /// # toque::Runtime::new()?.block_on(async {
        /// let mut bytes = Vec::new();
        #[doc = concat!("bytes.", stringify!($name), "(7_", stringify!($type), ").await?;")]
        #[doc = concat!("assert_eq!(bytes, 7_", stringify!($type), ".", stringify!($to), "());")]
        /// # Ok(())
        /// # })
        /// # }
        /// ```
        fn $name(&mut self, number: $type) -> WriteNumber<'_, Self, $size>
        where
            Self: Unpin,
        {
            WriteNumber::new(self, number.$to())
        }
    )*};
}

/// What can be done with every writer: [`AsyncWrite`]'s methods for `async` code.
///
/// Not to be imported beside futures-lite's or futures-util's trait of that name: a call would be ambiguous.
///
/// # Example
/// ```
/// use toque::io::AsyncWriteExt;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut written = Vec::new();
///     written.write_u16(2).await?;
///     written.write_all(b"of them").await?;
///     written.shutdown().await?;
///     assert_eq!(written, b"\0\x02of them");
///     Ok(())
/// })
/// # }
/// ```
pub trait AsyncWriteExt: AsyncWrite {
    /// Writes some of `buf`, and tells how much. futures-lite's future.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Cancel safety
    /// Nothing is lost: nothing has been written unless it was ready.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (mut guest, _waiter) = duplex(4); // there is room for four bytes
    /// assert_eq!(guest.write(b"soup and salad").await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn write<'a>(&'a mut self, buf: &'a [u8]) -> WriteFuture<'a, Self>
    where
        Self: Unpin,
    {
        Lite::write(self, buf)
    }

    /// As [`write`](Self::write), from several buffers, one after the other. futures-lite's future.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// use std::io::IoSlice;
    /// use toque::io::AsyncWriteExt;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut message = Vec::new();
    /// let parts = [IoSlice::new(b"\0\x04"), IoSlice::new(b"soup")];
    /// assert_eq!(message.write_vectored(&parts).await?, 6);
    /// assert_eq!(message, b"\0\x04soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn write_vectored<'a>(&'a mut self, bufs: &'a [IoSlice<'a>]) -> WriteVectoredFuture<'a, Self>
    where
        Self: Unpin,
    {
        Lite::write_vectored(self, bufs)
    }

    /// Writes all of `buf`. futures-lite's future.
    ///
    /// # Errors
    /// Those of the writer; `WriteZero` if it takes no more.
    ///
    /// # Cancel safety
    /// None: how much of `buf` has been written can't be told.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, Cursor, ErrorKind};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut plate = [0; 4];
    /// let mut room = Cursor::new(&mut plate[..]);
    /// room.write_all(b"soup").await?;
    /// assert_eq!(room.write_all(b"!").await.unwrap_err().kind(), ErrorKind::WriteZero); // it is full
    /// assert_eq!(&plate, b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn write_all<'a>(&'a mut self, buf: &'a [u8]) -> WriteAllFuture<'a, Self>
    where
        Self: Unpin,
    {
        Lite::write_all(self, buf)
    }

    /// Sends on what is buffered. futures-lite's future.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Cancel safety
    /// Nothing is lost: the next call goes on.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::new(Vec::new());
    /// order.write_all(b"soup").await?;
    /// assert!(order.get_ref().is_empty()); // it is still in the buffer
    /// order.flush().await?;
    /// assert_eq!(order.get_ref(), b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn flush(&mut self) -> FlushFuture<'_, Self>
    where
        Self: Unpin,
    {
        Lite::flush(self)
    }

    /// Sends on what is buffered, then tells the other side that nothing more comes. The same as [`close`](Self::close), by
    /// tokio's name. futures-lite's future.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Cancel safety
    /// Nothing is lost: the next call goes on.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, AsyncWriteExt, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (mut guest, mut waiter) = duplex(64);
    /// guest.write_all(b"soup").await?;
    /// guest.shutdown().await?;
    /// let mut order = String::new();
    /// waiter.read_to_string(&mut order).await?; // the end has come, though `guest` is still here
    /// assert_eq!(order, "soup");
    /// waiter.write_all(b"at once").await?; // and can be answered
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn shutdown(&mut self) -> CloseFuture<'_, Self>
    where
        Self: Unpin,
    {
        Lite::close(self)
    }

    /// The same as [`shutdown`](Self::shutdown), by the name that `futures-io` has for it.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Cancel safety
    /// Nothing is lost: the next call goes on.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, AsyncWriteExt, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (mut guest, mut waiter) = duplex(64);
    /// guest.close().await?;
    /// assert_eq!(waiter.read(&mut [0; 8]).await?, 0); // the end
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn close(&mut self) -> CloseFuture<'_, Self>
    where
        Self: Unpin,
    {
        Lite::close(self)
    }

    numbers! {
        write_u8: u8, 1, to_be_bytes, "a byte";
        write_i8: i8, 1, to_be_bytes, "a byte";
        write_u16: u16, 2, to_be_bytes, "2 bytes, the most significant first";
        write_i16: i16, 2, to_be_bytes, "2 bytes, the most significant first";
        write_u32: u32, 4, to_be_bytes, "4 bytes, the most significant first";
        write_i32: i32, 4, to_be_bytes, "4 bytes, the most significant first";
        write_u64: u64, 8, to_be_bytes, "8 bytes, the most significant first";
        write_i64: i64, 8, to_be_bytes, "8 bytes, the most significant first";
        write_u128: u128, 16, to_be_bytes, "16 bytes, the most significant first";
        write_i128: i128, 16, to_be_bytes, "16 bytes, the most significant first";
        write_f32: f32, 4, to_be_bytes, "4 bytes, the most significant first";
        write_f64: f64, 8, to_be_bytes, "8 bytes, the most significant first";
        write_u16_le: u16, 2, to_le_bytes, "2 bytes, the least significant first";
        write_i16_le: i16, 2, to_le_bytes, "2 bytes, the least significant first";
        write_u32_le: u32, 4, to_le_bytes, "4 bytes, the least significant first";
        write_i32_le: i32, 4, to_le_bytes, "4 bytes, the least significant first";
        write_u64_le: u64, 8, to_le_bytes, "8 bytes, the least significant first";
        write_i64_le: i64, 8, to_le_bytes, "8 bytes, the least significant first";
        write_u128_le: u128, 16, to_le_bytes, "16 bytes, the least significant first";
        write_i128_le: i128, 16, to_le_bytes, "16 bytes, the least significant first";
        write_f32_le: f32, 4, to_le_bytes, "4 bytes, the least significant first";
        write_f64_le: f64, 8, to_le_bytes, "8 bytes, the least significant first";
    }
}

impl<W: AsyncWrite + ?Sized> AsyncWriteExt for W {}
