//! Halves: one stream, read in one place and written in another.
//! Written once for TCP and Unix streams, which differ in no more than [`Stream`] says.

mod borrowed;
mod owned;

use std::fmt;
use std::io;
use std::net::Shutdown;
use std::task::{Context, Poll};

pub(super) use borrowed::split;
pub(crate) use borrowed::{ReadHalf, WriteHalf};
pub(crate) use owned::{OwnedReadHalf, OwnedWriteHalf};
pub(super) use owned::{ReuniteError, into_split};

use super::bytes::ByteStream;
use super::registered::Registered;
use crate::reactor::Direction;

/// A connection of which there are halves. Sealed: it is named in signatures only.
pub trait Stream: fmt::Debug {
    /// Std's type of it.
    type Io: ByteStream;
    /// What an end of it is called by.
    type Addr;

    /// What reads and writes.
    fn io(&self) -> &Registered<Self::Io>;
    fn local_addr(&self) -> io::Result<Self::Addr>;
    fn peer_addr(&self) -> io::Result<Self::Addr>;
    fn shutdown(&self, how: Shutdown) -> io::Result<()>;

    /// One try to read by `op`, or a wait for an event. `len` is what `op` asks for.
    fn poll_read_with(
        &self,
        cx: &mut Context<'_>,
        len: usize,
        op: impl FnMut(&Self::Io) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        self.io().poll_transfer(Direction::Read, cx, len, op)
    }

    /// Shuts down the write half.
    fn close(&self) -> io::Result<()> {
        match self.shutdown(Shutdown::Write) {
            // The peer was faster; there is nobody left to tell.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }
}

/// What both kinds of read halves have.
macro_rules! read_half_methods {
    ($type:ident) => {
        $crate::net::faces::try_reads!($type);

        /// Waits until there is something to read, be it the end of the stream or an error. It may be a false alarm.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        ///
        #[doc = $crate::net::faces::example!(readable $type)]
        pub async fn readable(&self) -> std::io::Result<()> {
            self.io()
                .worth_a_try($crate::reactor::Direction::Read)
                .await
        }

        $crate::net::halves::half_methods!($type);
    };
}

/// What both kinds of write halves have.
macro_rules! write_half_methods {
    ($type:ident) => {
        $crate::net::faces::try_writes!($type);

        /// Waits until there is room to write, or an error to report. It may be a false alarm.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        ///
        #[doc = $crate::net::faces::example!(writable $type)]
        pub async fn writable(&self) -> std::io::Result<()> {
            self.io()
                .worth_a_try($crate::reactor::Direction::Write)
                .await
        }

        $crate::net::halves::half_methods!($type);
    };
}

/// What all halves have.
macro_rules! half_methods {
    ($type:ident) => {
        fn io(&self) -> &$crate::net::registered::Registered<S::Io> {
            self.stream.io()
        }

        /// Waits until something of `interest` is true of the stream, and tells what.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        ///
        #[doc = $crate::net::faces::example!(ready $type)]
        pub async fn ready(
            &self,
            interest: $crate::readiness::Interest,
        ) -> std::io::Result<$crate::readiness::Ready> {
            self.io().ready(interest).await
        }

        /// The address of this end.
        ///
        /// # Errors
        /// As the system reports them.
        ///
        #[doc = $crate::net::faces::example!(local_addr $type)]
        pub fn local_addr(&self) -> std::io::Result<S::Addr> {
            self.stream.local_addr()
        }

        /// The address of the other end.
        ///
        /// # Errors
        /// `NotConnected` if the connection is gone.
        ///
        #[doc = $crate::net::faces::example!(peer_addr $type)]
        pub fn peer_addr(&self) -> std::io::Result<S::Addr> {
            self.stream.peer_addr()
        }
    };
}

use {half_methods, read_half_methods, write_half_methods};
