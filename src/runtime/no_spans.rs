//! Without the feature `tracing`: what becomes of a stall.

use std::io::Write as _;

use super::stall::Stall;

/// To standard error in one piece. What can't be written is lost: `eprintln!` would panic.
pub(super) fn log(stall: &Stall) {
    let line = format!("toque: {stall}\n");
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}
