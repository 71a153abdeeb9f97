//! Faces towards other crates: their traits on toque's types, one file a crate.
//!
//! # Example
//! ```
//! # #[cfg(all(feature = "hyper", feature = "tokio-io"))] {
//! use toque::compat::{hyper, tokio_io};
//!
//! fn wants_hyper(_: impl ::hyper::rt::Read + ::hyper::rt::Write) {}
//! fn wants_tokio(_: impl tokio::io::AsyncRead + tokio::io::AsyncWrite) {}
//!
//! // A stream of another crate that knows `futures-io`'s traits only; toque's own are taken as they are.
//! wants_hyper(hyper::Io::new(futures_lite::io::Cursor::new(Vec::new())));
//! wants_tokio(tokio_io::Io::new(futures_lite::io::Cursor::new(Vec::new())));
//! # }
//! ```

#[cfg(feature = "hyper")]
#[allow(unsafe_code)] // hyper's read buffer may be uninitialised
pub mod hyper;

#[cfg(feature = "tokio-io")]
pub mod tokio_io;
