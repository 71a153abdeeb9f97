//! The log: one line to standard error for each thing worth telling.

use std::fmt;
use std::io::Write;

/// Writes one line to standard error, in one piece, so that lines of several threads do not mix.
///
/// A line that cannot be written is lost: `eprintln!` would panic, and a closed terminal is no reason to stop serving.
/// The write blocks the caller while the reader of standard error is slow. Control characters are escaped, so that what
/// a client sent cannot look like a second line.
pub fn line(text: fmt::Arguments<'_>) {
    let mut out = String::with_capacity(96);
    for c in text.to_string().chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    let _ = std::io::stderr().lock().write_all(out.as_bytes());
}
