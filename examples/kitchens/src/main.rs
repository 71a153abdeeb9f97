//! The four kitchens: one menu, one slow database, and four answers to the question of who waits for it.
//!
//! `cargo run --release -p kitchens -- --model chef` prints
//! ```text
//! listening on 127.0.0.1:3000
//! ```
//! Then `curl -i http://127.0.0.1:3000/sandwiches/1` gets a sandwich. The models are `process`, `thread`, `pool` and `chef`; with
//! `--steps` each tells the six steps of a GET on standard error. SIGTERM or SIGINT lets those who have ordered have their answer,
//! and ends with 0. Linux only: the signals come by a signalfd.
//!
//! | file | what |
//! |---|---|
//! | `model/process.rs` | a process for each connection, by `fork`, as the httpd of old |
//! | `model/thread.rs` | a thread for each connection |
//! | `model/pool.rs` | a number of threads, each with a connection until that is closed |
//! | `model/chef.rs` | toque: one thread, a task for each connection |
//! | `waiter.rs` | the conversation of the first three; the chef's is the same, with `await` |
//! | `menu.rs`, `store.rs`, `http.rs`, `door.rs` | what all four share: routes and handlers, the database, HTTP, the listener |

#![deny(unsafe_code)]

mod door;
mod http;
mod last_call;
mod menu;
mod model;
mod options;
#[allow(unsafe_code)] // fork, signalfd and the mask of signals are to be had from libc only
mod os;
mod steps;
mod store;
mod waiter;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::door::Door;
use crate::menu::Menu;
use crate::model::Model;
use crate::options::Options;

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}; see --help");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kitchens: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    // The door has the bell. It comes before the address is told: whoever reads that may send a signal at once.
    let door = Door::open(options.listen)?;
    let menu = Menu::new(options.slow, options.model.waits(), options.steps);
    writeln!(io::stdout(), "listening on {}", door.address()?)?;
    match options.model {
        Model::Process => model::process::serve(door, menu),
        Model::Thread => model::thread::serve(door, menu),
        Model::Pool => model::pool::serve(door, menu, options.threads),
        Model::Chef => model::chef::serve(door, menu),
    }
}
