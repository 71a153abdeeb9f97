//! Standard input, output and error, without blocking the runtime's thread.
//! Public in `toque::io`. They are files, terminals or pipes that other processes share, so they can be neither set to
//! non-blocking nor polled in general: threads do the work.

mod input;
#[cfg_attr(unix, path = "lends_fd.rs")]
#[cfg_attr(windows, path = "lends_handle.rs")]
mod lends;
mod output;
mod outputs;
mod stdin;

pub use outputs::{Stderr, Stdout, stderr, stdout};
pub use stdin::{Stdin, stdin};
