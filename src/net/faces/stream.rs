//! What makes a stream of a connected socket.

/// All that TCP and Unix streams have in common. The type has addresses of the given kind.
macro_rules! stream_faces {
    ($type:ident, $std:ty, $addr:ty) => {
        $crate::net::faces::std_faces!($type, $std);
        $crate::net::faces::async_read!($type);
        $crate::net::faces::async_read!(&$type);
        $crate::net::faces::async_write!($type, close: |stream| stream.close());
        $crate::net::faces::async_write!(&$type, close: |stream| stream.close());

        impl $type {
            $crate::net::faces::readiness!($type, poll_read_ready, poll_write_ready);
            $crate::net::faces::try_reads!($type);
            $crate::net::faces::try_writes!($type);

            /// Splits the stream into a half to read and a half to write, for one task that does both at once.
            ///
            #[doc = $crate::net::faces::example!(split $type)]
            pub fn split(&mut self) -> (super::ReadHalf<'_>, super::WriteHalf<'_>) {
                $crate::net::halves::split(self)
            }

            /// Splits the stream into halves that own it together, for two tasks. Dropping the write half shuts down writing.
            ///
            #[doc = $crate::net::faces::example!(into_split $type)]
            pub fn into_split(self) -> (super::OwnedReadHalf, super::OwnedWriteHalf) {
                $crate::net::halves::into_split(self)
            }

            /// Takes the error that waits on the socket (`SO_ERROR`).
            ///
            /// # Errors
            /// As the system reports them.
            ///
            #[doc = $crate::net::faces::example!(take_error $type)]
            pub fn take_error(&self) -> std::io::Result<Option<std::io::Error>> {
                self.io.get().take_error()
            }
        }

        impl $crate::net::halves::Stream for $type {
            type Io = $std;
            type Addr = $addr;

            fn io(&self) -> &$crate::net::registered::Registered<$std> {
                &self.io
            }

            fn local_addr(&self) -> std::io::Result<$addr> {
                self.local_addr()
            }

            fn peer_addr(&self) -> std::io::Result<$addr> {
                self.peer_addr()
            }

            fn shutdown(&self, how: std::net::Shutdown) -> std::io::Result<()> {
                self.io.get().shutdown(how)
            }
        }

        impl AsRef<$type> for $type {
            fn as_ref(&self) -> &$type {
                self
            }
        }
    };
}

pub(in crate::net) use stream_faces;
