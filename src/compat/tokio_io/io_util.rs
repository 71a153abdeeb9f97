//! tokio's I/O traits on what the feature `io-util` makes itself.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use super::{poll_read, reads, writes};
use crate::io_util::{BufStream, BufWriter, DuplexStream, Join, ReadHalf, WriteHalf};

/// tokio's `AsyncBufRead`, by `futures-io`'s.
macro_rules! buf_reads {
    ($([$($generics:tt)*] $type:ty [$($bounds:tt)*];)*) => {$(
        impl<$($generics)*> AsyncBufRead for $type
        where
            $($bounds)*
        {
            fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
                futures_io::AsyncBufRead::poll_fill_buf(self, cx)
            }

            fn consume(self: Pin<&mut Self>, amount: usize) {
                futures_io::AsyncBufRead::consume(self, amount);
            }
        }
    )*};
}

reads! {
    [] DuplexStream [];
    [T] ReadHalf<T> [Self: futures_io::AsyncRead];
    [R, W] Join<R, W> [Self: futures_io::AsyncRead];
    [S] BufStream<S> [Self: futures_io::AsyncRead];
    [W] BufWriter<W> [Self: futures_io::AsyncRead];
}

buf_reads! {
    [R, W] Join<R, W> [Self: futures_io::AsyncBufRead];
    [S] BufStream<S> [Self: futures_io::AsyncBufRead];
    [W] BufWriter<W> [Self: futures_io::AsyncBufRead];
}

writes! {
    [] DuplexStream [] true;
    [T] WriteHalf<T> [Self: futures_io::AsyncWrite] true;
    [R, W] Join<R, W> [Self: futures_io::AsyncWrite] true;
    [S] BufStream<S> [Self: futures_io::AsyncWrite] false;
    [W] BufWriter<W> [Self: futures_io::AsyncWrite] false;
}
