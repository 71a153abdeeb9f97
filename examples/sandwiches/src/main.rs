//! The sandwich service's start: reads the command line, opens the store, serves until SIGINT or SIGTERM.
//!
//! ```text
//! $ cargo run --release -p sandwiches
//! sandwiches on http://127.0.0.1:3000, kept in sandwiches.db
//! try: curl -i http://127.0.0.1:3000/sandwiches -H 'content-type: application/json' -d '{"name":"BLT","ingredients":["bacon","lettuce","tomato"]}'
//! ```
//!
//! The log goes to standard error. `--help` tells the options. The first SIGINT or SIGTERM lets requests in flight
//! finish and exits with 0, the second ends the process at once.

use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use lexopt::Arg::{Long, Short};
use lexopt::ValueExt;
use sandwiches::signals::Bell;
use sandwiches::store::{self, Durability};
use sandwiches::{App, app, log, serve};
use toque::net::TcpListener;

const HELP: &str = "\
usage: sandwiches [--listen ADDR] [--db PLACE] [--durability KIND] [--allow-slow]

  --listen ADDR      address and port, default 127.0.0.1:3000; port 0 takes a free one
  --db PLACE         an SQLite file, created if it is not there, default sandwiches.db;
                     or a server, postgres://user:password@host:port/database
  --durability KIND  what an answered change survives: 'power' (the default), a power cut;
                     'process', which is faster, only the end of the program
  --allow-slow       let GET /sandwiches/{id}?slow_ms=500 take that long (to try things out, not for the open net)
";

/// Threads of the blocking pool. SQLite's readers are fewer; the rest is for name look-ups and the like.
const THREADS: usize = 16;

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            say(HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            log::line(format_args!("{error}; see --help"));
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::line(format_args!("sandwiches: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let runtime = toque::Builder::new_current_thread()
        .max_blocking_threads(THREADS)
        .build()?;
    runtime.block_on(async {
        let store = store::open(&options.db, options.store()).await?;
        let service = app(App {
            store: Arc::clone(&store),
            allow_slow: options.allow_slow,
        });
        // The bell comes before the address is told: whoever reads it may send a signal at once.
        let bell = Bell::install()?;
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| format!("{}: {error}", options.listen))?;
        greet(listener.local_addr()?, &options);
        let report = serve(listener, service, bell.rung()).await;
        log::line(format_args!(
            "closed, {} connections cut off",
            report.abandoned
        ));
        store.close().await?;
        Ok(())
    })
}

fn greet(address: SocketAddr, options: &Options) {
    say(&format!(
        "sandwiches on http://{address}, kept in {}\n\
         try: curl -i http://{address}/sandwiches -H 'content-type: application/json' \
         -d '{{\"name\":\"BLT\",\"ingredients\":[\"bacon\",\"lettuce\",\"tomato\"]}}'\n",
        store::shown(&options.db)
    ));
}

/// To standard output, if anybody listens: `println!` would panic on a closed pipe.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The command line.
struct Options {
    listen: SocketAddr,
    db: OsString,
    durability: Durability,
    allow_slow: bool,
}

impl Options {
    /// `None` if only help was asked for.
    fn parse() -> Result<Option<Options>, lexopt::Error> {
        let mut options = Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            db: OsString::from("sandwiches.db"),
            durability: Durability::Power,
            allow_slow: false,
        };
        let mut args = lexopt::Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Long("listen") => options.listen = args.value()?.parse()?,
                Long("db") => options.db = args.value()?,
                Long("durability") => options.durability = args.value()?.parse()?,
                Long("allow-slow") => options.allow_slow = true,
                Long("help") | Short('h') => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        Ok(Some(options))
    }

    fn store(&self) -> store::Options {
        store::Options {
            durability: self.durability,
            ..store::Options::default()
        }
    }
}
