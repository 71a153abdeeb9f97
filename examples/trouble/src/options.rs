//! The command line. Read once, by `main`.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt;

use crate::PATIENCE;

pub(crate) const HELP: &str = "\
usage: trouble faults [--short] [--seed N] [--only WORDS] [--patience TIME] [--echo COMMAND] [--service COMMAND]
       trouble soak [TIME] [--seed N] [--only echo|service] [--patience TIME] [--echo COMMAND] [--service COMMAND]

  --short            each fault once, and shortly
  --seed N           of which call is the first to fail, and of what guests say (1)
  --only WORDS       only the rows that begin so
  --patience TIME    how long anything may take that is not to hang (20s)
  --echo COMMAND     another echo server; --listen ADDR is added, for the faults its reactor's name before that
  --service COMMAND  another sandwich service; its flags are added
  TIME               2h, 10m, 30s, or minutes (2h)";

pub(crate) enum Command {
    Faults,
    Soak(Duration),
}

pub(crate) struct Options {
    pub(crate) command: Command,
    pub(crate) short: bool,
    pub(crate) seed: u64,
    /// Which rows.
    pub(crate) only: String,
    /// How long anything may take that is not to hang.
    pub(crate) patience: Duration,
    /// A program and its first arguments.
    pub(crate) echo: Vec<String>,
    pub(crate) service: Vec<String>,
    pub(crate) relay: Vec<String>,
}

impl Options {
    /// `None` if only help was asked for.
    pub(crate) fn parse() -> Result<Option<Options>, lexopt::Error> {
        let mut args = lexopt::Parser::from_env();
        let mut options = Options {
            command: Command::Faults,
            short: false,
            seed: 1,
            only: String::new(),
            patience: PATIENCE,
            echo: vec![neighbour("echo_server")],
            service: vec![neighbour("sandwiches")],
            relay: vec![neighbour("relay")],
        };
        options.command = match args.next()? {
            Some(Value(word)) if word == "faults" => Command::Faults,
            Some(Value(word)) if word == "soak" => Command::Soak(Duration::from_secs(2 * 3600)),
            Some(Long("help") | Short('h')) | None => return Ok(None),
            Some(other) => return Err(other.unexpected()),
        };
        while let Some(arg) = args.next()? {
            match arg {
                Long("short") => options.short = true,
                Long("seed") => options.seed = args.value()?.parse()?,
                Long("only") => options.only = args.value()?.string()?,
                Long("patience") => options.patience = args.value()?.parse_with(time)?,
                Long("echo") => options.echo = words(args.value()?)?,
                Long("service") => options.service = words(args.value()?)?,
                Long("help") | Short('h') => return Ok(None),
                Value(text) if matches!(options.command, Command::Soak(_)) => {
                    options.command = Command::Soak(text.parse_with(time)?);
                }
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

/// A program that was built beside this one.
fn neighbour(name: &str) -> String {
    let this = env::current_exe().unwrap_or_else(|_| PathBuf::from("trouble"));
    this.with_file_name(name).display().to_string()
}

fn words(text: OsString) -> Result<Vec<String>, lexopt::Error> {
    Ok(text.string()?.split(' ').map(str::to_owned).collect())
}

fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix(['h', 'm', 's']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, "m"),
    };
    let number: u64 = number.parse().map_err(|_| format!("no time: {text}"))?;
    let seconds = match unit {
        "h" => 3600,
        "m" => 60,
        _ => 1,
    };
    Ok(Duration::from_secs(number * seconds))
}
