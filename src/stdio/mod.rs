//! Standard input, output and error, without blocking the runtime's thread.
//! Public in `toque::io`. They are files, terminals or pipes that other processes share, so they can be neither set to
//! non-blocking nor polled in general: threads do the work.

mod input;
#[cfg(not(loom))]
#[cfg_attr(unix, path = "lends_fd.rs")]
#[cfg_attr(windows, path = "lends_handle.rs")]
mod lends;
#[cfg(not(loom))]
mod output;
#[cfg(not(loom))]
mod outputs;
#[cfg(not(loom))]
mod reader;
#[cfg(not(loom))]
mod stdin;

#[cfg(not(loom))]
pub use outputs::{Stderr, Stdout, stderr, stdout};
#[cfg(not(loom))]
pub use stdin::{Stdin, stdin};
