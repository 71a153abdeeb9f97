//! Faces towards other crates: their traits on toque's types, one file a crate.

#[cfg(feature = "hyper")]
#[allow(unsafe_code)] // hyper's read buffer may be uninitialised
pub mod hyper;

#[cfg(feature = "tokio-io")]
pub mod tokio_io;
