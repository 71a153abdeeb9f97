//! The faces that sockets and pipes have in common: methods and traits that are the same for each, written once.
//! Macros and no traits, so that a user finds them as methods of the type and imports nothing.
//!
//! Each type keeps its `Registered` in a field `io`; what reads or writes bytes lends it by a method `io()`.

/// To std's type and back, and the traits of descriptors. The type makes itself of a non-blocking one by `registered`.
macro_rules! std_faces {
    ($type:ident, $std:ty) => {
        impl $type {
            /// Takes over a socket of std's, and sets it to non-blocking.
            ///
            /// # Errors
            /// As the system reports them.
            ///
            /// # Panics
            /// Outside of a runtime.
            #[track_caller]
            pub fn from_std(socket: $std) -> std::io::Result<$type> {
                socket.set_nonblocking(true)?;
                Self::registered(socket)
            }

            /// Gives the socket back as std's, with all that has arrived still in it. It stays non-blocking.
            ///
            /// # Errors
            /// None at present.
            pub fn into_std(self) -> std::io::Result<$std> {
                Ok(self.io.into_inner())
            }
        }

        impl TryFrom<$std> for $type {
            type Error = std::io::Error;

            #[doc = concat!("As [`", stringify!($type), "::from_std`].")]
            fn try_from(socket: $std) -> std::io::Result<Self> {
                Self::from_std(socket)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.io.get(), f)
            }
        }

        $crate::net::faces::descriptor_faces!($type => io.get());
    };
}

/// What lends its descriptor, by way of its field.
macro_rules! descriptor_faces {
    ($type:ident => $field:ident $(.$method:ident())*) => {
        impl std::os::fd::AsFd for $type {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.$field$(.$method())*.as_fd()
            }
        }

        impl std::os::fd::AsRawFd for $type {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.$field$(.$method())*.as_raw_fd()
            }
        }
    };
}

/// Waiting to read, by a future and by a poll of the given name.
macro_rules! read_readiness {
    ($poll:ident) => {
        /// Waits until there is something to read, be it the end or an error.
        ///
        /// It may be a false alarm: the try that follows can still say `WouldBlock`, and then the next wait is real. It may
        /// come again at once until a try has said `WouldBlock`.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        pub async fn readable(&self) -> std::io::Result<()> {
            self.io.worth_a_try($crate::reactor::Direction::Read).await
        }

        /// As [`readable`](Self::readable), for hand-written futures.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        pub fn $poll(
            &self,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            self.io
                .poll_worth_a_try($crate::reactor::Direction::Read, cx)
        }
    };
}

/// Waiting to write, by a future and by a poll of the given name.
macro_rules! write_readiness {
    ($poll:ident) => {
        /// Waits until there is room to write, or an error to report.
        ///
        /// It may be a false alarm: the try that follows can still say `WouldBlock`, and then the next wait is real.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        pub async fn writable(&self) -> std::io::Result<()> {
            self.io.worth_a_try($crate::reactor::Direction::Write).await
        }

        /// As [`writable`](Self::writable), for hand-written futures.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        pub fn $poll(
            &self,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            self.io
                .poll_worth_a_try($crate::reactor::Direction::Write, cx)
        }
    };
}

/// Waiting for both directions, and told which it is.
macro_rules! ready_method {
    () => {
        /// Waits until something of `interest` is true, and tells what.
        ///
        /// No false alarm: the operating system is asked what is true at this moment. Another task may still be faster.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        pub async fn ready(
            &self,
            interest: $crate::readiness::Interest,
        ) -> std::io::Result<$crate::readiness::Ready> {
            self.io.ready(interest).await
        }
    };
}

/// Operations that the type itself does not know.
macro_rules! foreign_operations {
    () => {
        /// Calls `op` once, and notes it if that says `WouldBlock`: for operations on the descriptor that this type does not
        /// know.
        ///
        /// `op` must say `WouldBlock` only if the descriptor has said so for all of `interest`: otherwise the next wait may
        /// last for ever.
        ///
        /// # Errors
        /// Those of `op`. On a foreign thread, an error that says so.
        pub fn try_io<R>(
            &self,
            interest: $crate::readiness::Interest,
            op: impl FnOnce() -> std::io::Result<R>,
        ) -> std::io::Result<R> {
            self.io.try_io_of(interest, op)
        }

        /// Calls `op` whenever something of `interest` is true, until it says something else than `WouldBlock`. The same is
        /// asked of it as by [`try_io`](Self::try_io).
        ///
        /// # Errors
        /// Those of `op`. On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost: the poll that calls `op` with success returns its result.
        pub async fn async_io<R>(
            &self,
            interest: $crate::readiness::Interest,
            op: impl FnMut() -> std::io::Result<R>,
        ) -> std::io::Result<R> {
            self.io.async_io(interest, op).await
        }
    };
}

/// Reading without waiting, of what carries bytes.
macro_rules! try_reads {
    () => {
        /// Reads what is there, without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is there, or an error of the descriptor.
        pub fn try_read(&self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.io().try_read(buf)
        }

        /// As [`try_read`](Self::try_read), into several buffers.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is there, or an error of the descriptor.
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
    () => {
        /// Writes what there is room for, without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room, or an error of the descriptor.
        pub fn try_write(&self, buf: &[u8]) -> std::io::Result<usize> {
            self.io().try_write(buf)
        }

        /// As [`try_write`](Self::try_write), from several buffers.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room, or an error of the descriptor.
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

/// An operation in its three forms: awaited, polled, tried. The first has the docs; what it says of errors holds for all.
macro_rules! three_forms {
    (
        $(#[$doc:meta])*
        $wait:ident, $poll:ident, $try:ident, $direction:ident,
        ($($arg:ident: $type:ty),*) -> $output:ty, $op:expr
    ) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Those of the socket. On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost: cancelled, it has neither sent nor taken anything.
        pub async fn $wait(&self, $($arg: $type),*) -> std::io::Result<$output> {
            self.io.io($crate::reactor::Direction::$direction, $op).await
        }

        #[doc = concat!("As [`", stringify!($wait), "`](Self::", stringify!($wait), "), for hand-written futures.")]
        ///
        /// # Errors
        #[doc = concat!("As [`", stringify!($wait), "`](Self::", stringify!($wait), ").")]
        pub fn $poll(
            &self,
            cx: &mut std::task::Context<'_>,
            $($arg: $type),*
        ) -> std::task::Poll<std::io::Result<$output>> {
            self.io.poll_io($crate::reactor::Direction::$direction, cx, $op)
        }

        #[doc = concat!("As [`", stringify!($wait), "`](Self::", stringify!($wait), "), without waiting.")]
        ///
        /// # Errors
        /// `WouldBlock` if it would have to wait, or an error of the socket.
        pub fn $try(&self, $($arg: $type),*) -> std::io::Result<$output> {
            self.io.try_io($crate::reactor::Direction::$direction, $op)
        }
    };
}

pub(in crate::net) use {
    async_read, async_write, descriptor_faces, foreign_operations, read_readiness, ready_method,
    std_faces, three_forms, try_reads, try_writes, write_readiness,
};
