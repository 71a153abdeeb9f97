//! Trouble: how servers on toque stand system calls that fail, and hours of clients with bad manners.
//!
//! `scripts/faults` and `scripts/soak` build it and what it tries, the echo example and the sandwich service, and run it as
//! `trouble faults` and `trouble soak`. Its clients are plain threads on std's sockets: what they see of toque is what comes over
//! the wire, and what the system tells of the server's process.
//!
//! | file | what |
//! |---|---|
//! | `faults/` | each system call's errors, injected by strace, while guests are served |
//! | `soak/` | a long time of guests who vanish, stall and reset, with a look at the server every few seconds |
//! | `echo_guest.rs`, `lunch_guest.rs` | guests who check each byte: of the echo server, of the service |
//! | `tally.rs` | what guests have met |
//! | `server.rs` | a server in a process of its own |
//! | `bin/echo_server.rs`, `bin/relay.rs` | the example on each reactor; a server that calls another |
//! | `bin/careless.rs` | a server with a flaw, for the tests of all this |

mod echo_guest;
mod faults;
mod lunch_guest;
mod options;
mod rng;
mod server;
mod soak;
mod tally;

// The service's tests have them, and so they stay with the service.
#[path = "../../sandwiches/tests/support/client.rs"]
#[allow(dead_code, reason = "the service's tests take more of it")]
mod client;
#[path = "../../sandwiches/tests/support/guest.rs"]
#[allow(dead_code, reason = "the service's tests take more of it")]
mod guest;
#[path = "../../sandwiches/tests/support/process.rs"]
#[allow(dead_code, reason = "the service's tests take more of it")]
mod process;

use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use client::Client;
use options::{Command, Options};

/// How long anything may take that is not to hang.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same, if the command line says otherwise.
static OTHER_PATIENCE: OnceLock<Duration> = OnceLock::new();
/// How often is looked for what nobody tells.
const GLANCE: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    OTHER_PATIENCE.get_or_init(|| options.patience);
    let is_well = match options.command {
        Command::Faults => faults::run(&options),
        Command::Soak(time) => soak::run(&options, time),
    };
    ExitCode::from(u8::from(!is_well))
}

fn patience() -> Duration {
    OTHER_PATIENCE.get().copied().unwrap_or(PATIENCE)
}

/// Looks until it is so, for as long as patience lasts. Gives whether it was.
fn comes_true(mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < patience() {
        if is_so() {
            return true;
        }
        std::thread::sleep(GLANCE);
    }
    is_so()
}
