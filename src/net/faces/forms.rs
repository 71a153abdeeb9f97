//! The forms of an operation.

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

pub(in crate::net) use three_forms;
