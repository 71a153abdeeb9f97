//! The log: one line to standard error for each thing worth telling, plain or as JSON.
//!
//! A line that is told for a request has its [name](crate::request_name), from whichever of its tasks it comes.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use crate::request_name;

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
    let _ = tracing::subscriber::set_global_default(to(Stderr, format));
}

/// The same, to be installed by the caller and written elsewhere: a test reads it.
pub fn to<W>(writer: W, format: Format) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_max_level(format.level())
        .with_writer(writer)
        .with_ansi(false)
        .event_format(format)
        .finish()
}

/// A line: when, how grave, for which request, and what.
impl<S, N> FormatEvent<S, N> for Format
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match self {
            Format::Plain | Format::Errors => plain(context, to, event),
            Format::Json => json(to, event),
        }
    }
}

fn plain<S, N>(context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    SystemTime.format_time(&mut to)?;
    write!(to, " {:>5} ", event.metadata().level())?;
    if let Some(request) = request_name::current() {
        write!(to, "request{{id={request:?}}}: ")?;
    }
    context.format_fields(to.by_ref(), event)?;
    to.write_char('\n')
}

fn json(mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
    to.write_str(r#"{"timestamp":""#)?;
    SystemTime.format_time(&mut to)?;
    write!(to, r#"","level":"{}""#, event.metadata().level())?;
    if let Some(request) = request_name::current() {
        write!(to, r#","request":{}"#, Value::from(&*request))?;
    }
    let mut members = Members(String::new());
    event.record(&mut members);
    writeln!(to, "{}}}", members.0)
}

/// An event's fields as members of an object, each with a comma before it.
struct Members(String);

impl Members {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        let (name, value) = (Value::from(field.name()), value.into());
        let _ = write!(self.0, ",{name}:{value}"); // to a string: it can't fail
    }
}

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
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
