//! Reading and writing bytes, through `io()`.

/// Reading without waiting, of what carries bytes.
macro_rules! try_reads {
    ($type:ident) => {
        /// Reads what is there, without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is there, or an error of the descriptor.
        ///
        #[doc = $crate::net::faces::example!(try_read $type)]
        pub fn try_read(&self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.io().try_read(buf)
        }

        /// As [`try_read`](Self::try_read), into several buffers.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is there, or an error of the descriptor.
        ///
        #[doc = $crate::net::faces::example!(try_read_vectored $type)]
        pub fn try_read_vectored(
            &self,
            bufs: &mut [std::io::IoSliceMut<'_>],
        ) -> std::io::Result<usize> {
            self.io().try_read_vectored(bufs)
        }
    };
}

/// Writing without waiting, of what carries bytes.
macro_rules! try_writes {
    ($type:ident) => {
        /// Writes what there is room for, without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room, or an error of the descriptor.
        ///
        #[doc = $crate::net::faces::example!(try_write $type)]
        pub fn try_write(&self, buf: &[u8]) -> std::io::Result<usize> {
            self.io().try_write(buf)
        }

        /// As [`try_write`](Self::try_write), from several buffers.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room, or an error of the descriptor.
        ///
        #[doc = $crate::net::faces::example!(try_write_vectored $type)]
        pub fn try_write_vectored(&self, bufs: &[std::io::IoSlice<'_>]) -> std::io::Result<usize> {
            self.io().try_write_vectored(bufs)
        }
    };
}

/// `AsyncRead`, through `io()`.
macro_rules! async_read {
    ($type:ty $(where $stream:ident: $bound:ident)?) => {
        impl$(<$stream: $bound>)? futures_io::AsyncRead for $type {
            fn poll_read(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buf: &mut [u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io().poll_read(cx, buf)
            }

            fn poll_read_vectored(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                bufs: &mut [std::io::IoSliceMut<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io().poll_read_vectored(cx, bufs)
            }
        }
    };
}

/// `AsyncWrite`, through `io()`. Closing is up to the type.
macro_rules! async_write {
    ($type:ty $(where $stream:ident: $bound:ident)?, close: $close:expr) => {
        impl$(<$stream: $bound>)? futures_io::AsyncWrite for $type {
            fn poll_write(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buf: &[u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io().poll_write(cx, buf)
            }

            fn poll_write_vectored(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                bufs: &[std::io::IoSlice<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io().poll_write_vectored(cx, bufs)
            }

            /// Nothing is buffered here.
            fn poll_flush(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                std::task::Poll::Ready(Ok(()))
            }

            fn poll_close(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                let close: fn(&mut Self) -> std::io::Result<()> = $close;
                std::task::Poll::Ready(close(self.get_mut()))
            }
        }
    };
}

pub(in crate::net) use {async_read, async_write, try_reads, try_writes};
