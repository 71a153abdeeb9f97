//! To std's types and back.

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
            ///
            #[doc = $crate::net::faces::example!(from_std $type)]
            #[track_caller]
            pub fn from_std(socket: $std) -> std::io::Result<$type> {
                socket.set_nonblocking(true)?;
                Self::registered(socket)
            }

            /// Gives the socket back as std's, with all that has arrived still in it. It stays non-blocking.
            ///
            /// # Errors
            /// None at present.
            ///
            #[doc = $crate::net::faces::example!(into_std $type)]
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

pub(in crate::net) use std_faces;
