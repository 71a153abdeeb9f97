//! The forms of an operation.

/// An operation in its three forms: awaited, polled, tried. The first has the docs; what it says of errors holds for all.
/// Last come the parts of an example: for a type, what is done before, `name = (arguments)`, what is true after it.
macro_rules! three_forms {
    (
        $(#[$doc:meta])*
        $wait:ident, $poll:ident, $try:ident, $direction:ident,
        ($($arg:ident: $arg_type:ty),*) -> $output:ty, $op:expr;
        $type:ident: $before:literal, $result:literal = ($($with:literal),*), $after:literal
    ) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Those of the socket. On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost: cancelled, it has neither sent nor taken anything.
        ///
        #[doc = $crate::net::faces::example!(wait $type, $wait, $before, $result, ($($with),*), $after)]
        pub async fn $wait(&self, $($arg: $arg_type),*) -> std::io::Result<$output> {
            self.io.io($crate::reactor::Direction::$direction, $op).await
        }

        #[doc = concat!("As [`", stringify!($wait), "`](Self::", stringify!($wait), "), for hand-written futures.")]
        ///
        /// # Errors
        #[doc = concat!("As [`", stringify!($wait), "`](Self::", stringify!($wait), ").")]
        ///
        #[doc = $crate::net::faces::example!(poll $type, $poll, $before, $result, ($($with),*), $after)]
        pub fn $poll(
            &self,
            cx: &mut std::task::Context<'_>,
            $($arg: $arg_type),*
        ) -> std::task::Poll<std::io::Result<$output>> {
            self.io.poll_io($crate::reactor::Direction::$direction, cx, $op)
        }

        #[doc = concat!("As [`", stringify!($wait), "`](Self::", stringify!($wait), "), without waiting.")]
        ///
        /// # Errors
        /// `WouldBlock` if it would have to wait, or an error of the socket.
        ///
        #[doc = $crate::net::faces::example!(try $type, $try, $direction, $before, $result, ($($with),*), $after)]
        pub fn $try(&self, $($arg: $arg_type),*) -> std::io::Result<$output> {
            self.io.try_io($crate::reactor::Direction::$direction, $op)
        }
    };
}

pub(in crate::net) use three_forms;
