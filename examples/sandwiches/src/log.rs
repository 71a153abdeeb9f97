//! The log: one line to standard error for each thing worth telling, plain or as JSON.

use std::fmt;
use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Plain,
    /// For programs: one object a line.
    Json,
    /// For people, and of faults alone: no line for a request.
    Errors,
}

impl Format {
    /// The least that is told.
    fn level(self) -> LevelFilter {
        match self {
            Format::Plain | Format::Json => LevelFilter::INFO,
            Format::Errors => LevelFilter::ERROR,
        }
    }
}

/// Sends whatever is told from now on to standard error. A second call changes nothing.
///
/// What clients sent comes here behind its checks: neither a name nor a target nor a request's id can have a control
/// character, which could look like a second line.
pub fn install(format: Format) {
    let log = tracing_subscriber::fmt()
        .with_max_level(format.level())
        .with_writer(Stderr)
        .with_ansi(false)
        .with_target(false);
    let _ = match format {
        Format::Plain | Format::Errors => log.try_init(),
        Format::Json => log.json().flatten_event(true).try_init(),
    };
}

/// Tells one line.
pub fn line(text: fmt::Arguments<'_>) {
    tracing::info!("{text}");
}

/// Standard error, a line at a time.
///
/// A line that cannot be written is lost: a closed terminal is no reason to stop serving. The write blocks the caller
/// while the reader of standard error is slow.
#[derive(Debug)]
struct Stderr;

impl MakeWriter<'_> for Stderr {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line
    }
}

/// One line: it comes in one piece, and leaves so.
#[derive(Debug)]
struct Line;

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _ = io::stderr().lock().write_all(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
