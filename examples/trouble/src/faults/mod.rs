//! Faults: the servers are tried with system calls that fail, a case at a time, and a row of the table tells how they stood it.
//! Run as `trouble faults`, by `scripts/faults`.
//!
//! Of each case is demanded: all guests get an answer; no byte is another one, and nothing that was acknowledged is lost; errors
//! are seen only where they are due, and there in so many words; the processor's time stays in proportion to what was served. When
//! the calls succeed again, every guest is served, and descriptors are as before. A case in which nothing failed proves nothing,
//! and fails.

mod case;
mod strace;
mod trial;

use std::process::{Command, Stdio};
use std::time::Duration;

use case::{At, CASES, Case};
use strace::Strace;
use trial::{Load, Row, Trial};

use crate::options::Options;

/// Rounds of the long form: each begins with another call, and lets pass some more.
const ROUNDS: u64 = 3;

/// Tells whether all is well, or nothing could be tried.
pub(crate) fn run(options: &Options) -> bool {
    if let Err(why) = try_strace() {
        println!("skipped: no process can be traced here: {why}");
        return true;
    }
    println!(
        "| where | what fails | calls | failed | served | guests' errors | CPU, ms | verdict |"
    );
    println!("|---|---|--:|--:|--:|---|--:|---|");
    let mut calm = Vec::new();
    let mut is_well = true;
    let mut tell = |row: &Row| {
        println!("{row}");
        is_well &= row.is_well();
    };
    let all = CASES.iter().filter(|case| case.short || !options.short);
    for case in all.filter(|case| case.name().starts_with(&options.only)) {
        let load = load_of(case.at, options, &mut calm, &mut tell);
        for round in 0..if options.short { 1 } else { ROUNDS } {
            let every = if case.every == 1 {
                1
            } else {
                case.every + round
            };
            let first = 1 + (options.seed + round) % every;
            let time = time_of(case, options.short);
            tell(
                &Trial {
                    options,
                    case,
                    time,
                }
                .run(&format!("{}:when={first}+{every}", case.fault), load),
            );
        }
    }
    if trial::CRUMBS.starts_with(&options.only) {
        tell(&trial::crumbs(options));
    }
    is_well
}

fn time_of(case: &Case, short: bool) -> Duration {
    match (case.every, short) {
        (1, true) => Duration::from_millis(1200), // long enough for a spin to show
        (_, true) => Duration::from_millis(600),
        _ => Duration::from_secs(2),
    }
}

/// What a server costs while nothing fails, measured the first time it is asked for.
fn load_of(
    at: At,
    options: &Options,
    known: &mut Vec<(At, Load)>,
    tell: &mut impl FnMut(&Row),
) -> Load {
    if let Some((_, load)) = known.iter().find(|(known, _)| *known == at) {
        return *load;
    }
    let (row, load) = trial::calm(at, options);
    tell(&row);
    known.push((at, load));
    load
}

/// Whether strace is there, and may take hold of a process.
fn try_strace() -> Result<(), String> {
    let mut sleeper = Command::new("sleep")
        .arg("60")
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| format!("sleep: {error}"))?;
    let tried = Strace::attach(sleeper.id(), "read", None).map(|strace| {
        strace.detach();
    });
    let _ = sleeper.kill();
    let _ = sleeper.wait();
    tried
}
