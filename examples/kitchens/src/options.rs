//! The command line of the four kitchens. Read once, by `main`.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use lexopt::Arg::{Long, Short};
use lexopt::ValueExt;

use crate::model::Model;

pub(crate) const HELP: &str = "\
usage: kitchens [--model process|thread|pool|chef] [--listen ADDR] [--slow MS] [--threads N] [--steps]

  --model NAME   who waits for the database, default chef
  --listen ADDR  address and port, default 127.0.0.1:3000; port 0 takes a free one
  --slow MS      how long the database takes for an answer, default 100
  --threads N    threads of the pool, default 16
  --steps        tell the six steps of each GET on standard error";

pub(crate) struct Options {
    pub(crate) model: Model,
    pub(crate) listen: SocketAddr,
    /// How long the database takes for an answer.
    pub(crate) slow: Duration,
    /// For the pool only.
    pub(crate) threads: NonZeroUsize,
    pub(crate) steps: bool,
}

impl Options {
    /// `None` if only help was asked for.
    pub(crate) fn parse() -> Result<Option<Options>, lexopt::Error> {
        let mut options = Options::default();
        let mut args = lexopt::Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Long("model") => options.model = args.value()?.parse()?,
                Long("listen") => options.listen = args.value()?.parse()?,
                Long("slow") => options.slow = Duration::from_millis(args.value()?.parse()?),
                Long("threads") => options.threads = args.value()?.parse()?,
                Long("steps") => options.steps = true,
                Long("help") | Short('h') => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            model: Model::Chef,
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            slow: Duration::from_millis(100),
            threads: NonZeroUsize::new(16).expect("sixteen is not zero"),
            steps: false,
        }
    }
}
