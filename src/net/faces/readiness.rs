//! Waiting, apart from any operation.

/// All of waiting, of what is both read and written. The names are those of the two polls.
macro_rules! readiness {
    ($type:ident, $poll_read:ident, $poll_write:ident) => {
        $crate::net::faces::read_readiness!($type, $poll_read);
        $crate::net::faces::write_readiness!($type, $poll_write);
        $crate::net::faces::ready_method!($type);
        $crate::net::faces::foreign_operations!($type);
    };
}

/// Waiting to read, by a future and by a poll of the given name.
macro_rules! read_readiness {
    ($type:ident, $poll:ident) => {
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
        ///
        #[doc = $crate::net::faces::example!(readable $type)]
        pub async fn readable(&self) -> std::io::Result<()> {
            self.io.worth_a_try($crate::reactor::Direction::Read).await
        }

        /// As [`readable`](Self::readable), for hand-written futures.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        #[doc = $crate::net::faces::example!(poll_readable $type, $poll)]
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
    ($type:ident, $poll:ident) => {
        /// Waits until there is room to write, or an error to report.
        ///
        /// It may be a false alarm: the try that follows can still say `WouldBlock`, and then the next wait is real.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        ///
        #[doc = $crate::net::faces::example!(writable $type)]
        pub async fn writable(&self) -> std::io::Result<()> {
            self.io.worth_a_try($crate::reactor::Direction::Write).await
        }

        /// As [`writable`](Self::writable), for hand-written futures.
        ///
        /// # Errors
        /// On a foreign thread, an error that says so.
        ///
        #[doc = $crate::net::faces::example!(poll_writable $type, $poll)]
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
    ($type:ident) => {
        /// Waits until something of `interest` is true, and tells what.
        ///
        /// No false alarm: the operating system is asked what is true at this moment. Another task may still be faster.
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
            self.io.ready(interest).await
        }
    };
}

/// Operations that the type itself does not know.
macro_rules! foreign_operations {
    ($type:ident) => {
        /// Calls `op` once, and notes it if that says `WouldBlock`: for operations on the descriptor that this type does not
        /// know.
        ///
        /// `op` must say `WouldBlock` only if the descriptor has said so for all of `interest`: otherwise the next wait may
        /// last for ever.
        ///
        /// # Errors
        /// Those of `op`. On a foreign thread, an error that says so.
        ///
        #[doc = $crate::net::faces::example!(try_io $type)]
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
        ///
        #[doc = $crate::net::faces::example!(async_io $type)]
        pub async fn async_io<R>(
            &self,
            interest: $crate::readiness::Interest,
            op: impl FnMut() -> std::io::Result<R>,
        ) -> std::io::Result<R> {
            self.io.async_io(interest, op).await
        }
    };
}

pub(in crate::net) use {
    foreign_operations, read_readiness, readiness, ready_method, write_readiness,
};
