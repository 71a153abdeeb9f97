//! The command line of the measurement. Read once, by `main`.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::Arg::{Long, Short};
use lexopt::ValueExt;

pub(crate) const HELP: &str = "\
usage: load [--guests N]… [--rounds N] [--window S] [--think MS] [--slow MS] [--folder PATH] [--note TEXT]

  --guests N     connections at once; may be given several times, default 10, 100, 1000 and 5000
  --rounds N     of which the medians are taken, default 3
  --window S     how long is measured, in seconds, default 3
  --think MS     between an answer and the next order, default 900
  --slow MS      how long the database takes, default 100
  --folder PATH  where to write kitchens.md and kitchens.svg, default docs
  --note TEXT    the date and the machine, for the page";

pub(crate) struct Options {
    pub(crate) guests: Vec<usize>,
    pub(crate) rounds: usize,
    /// How long answers are counted.
    pub(crate) window: Duration,
    /// Between an answer and the next order. Without it the guests of a fast kitchen would order more than those of a slow one, and
    /// the machine's two cores would be what is measured.
    pub(crate) think: Duration,
    /// How long the database takes for an answer.
    pub(crate) slow: Duration,
    pub(crate) folder: PathBuf,
    /// The date and the machine, which the script knows.
    pub(crate) note: String,
}

impl Options {
    /// `None` if only help was asked for.
    pub(crate) fn parse() -> Result<Option<Options>, lexopt::Error> {
        let mut options = Options::default();
        let mut args = lexopt::Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Long("guests") => options.guests.push(args.value()?.parse()?),
                Long("rounds") => options.rounds = args.value()?.parse()?,
                Long("window") => options.window = Duration::from_secs(args.value()?.parse()?),
                Long("think") => options.think = Duration::from_millis(args.value()?.parse()?),
                Long("slow") => options.slow = Duration::from_millis(args.value()?.parse()?),
                Long("folder") => options.folder = args.value()?.into(),
                Long("note") => options.note = args.value()?.parse()?,
                Long("help") | Short('h') => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        if options.guests.is_empty() {
            options.guests = vec![10, 100, 1000, 5000];
        }
        Ok(Some(options))
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            guests: Vec::new(),
            rounds: 3,
            window: Duration::from_secs(3),
            think: Duration::from_millis(900),
            slow: Duration::from_millis(100),
            folder: PathBuf::from("docs"),
            note: "date and machine unknown".to_owned(),
        }
    }
}
