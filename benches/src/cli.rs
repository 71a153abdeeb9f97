//! benches: toque beside its peers and a bare epoll loop. `scripts/bench` and `scripts/instructions` call it.
//!
//! | command | what it does |
//! |---|---|
//! | `run [--quick] [ROW…]` | measures the rows and prints a table; that of all rows is also written to `results/latest.md` and `results/latest.svg` |
//! | `growth [--quick] [CURVE…]` | measures costs by the size of the crowd; writes `results/growth.md` and `results/growth.svg` |
//! | `start [--quick]` | compiles, weighs and starts the programs in `start/`; writes `results/start.md` |
//! | `instructions [--ours] [ROW…]` | counts instructions and system calls, or only toque's; exits with 1 if one is above its ceiling |
//! | `op ROW CONTESTANT N` | does one operation N times and prints its figures |
//! | `serve WORK CONTESTANT BUFFER` | serves until its parent ends |
//! | `load ROW PORT PROCESS PACE` | puts a row's load on a server, once for each line of its input, and prints the figures |
//! | `grow CURVE CONTESTANT N SIZE`, `crowd CURVE PORT PROCESS PACE SIZE` | the same for one point of a curve |
//! | `turn-away` | accepts connections and closes them |
//! | `talk PORT N` | exchanges N messages over 50 connections; for counting system calls |

use std::io;
use std::process::ExitCode;

use contestant::Contestant;
use rows::{Pace, Row, Task};
use serve::Work;

mod contestant;
mod epoll;
mod figures;
mod growth;
mod harness;
mod instructions;
mod load;
mod ops;
mod plot;
mod process;
mod report;
mod rows;
mod runtimes;
mod serve;
mod start;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match obey(&words) {
        Ok(code) => code,
        Err(complaint) => {
            eprintln!("benches: {complaint}");
            ExitCode::from(2)
        }
    }
}

/// Does what the command line says.
fn obey(words: &[&str]) -> Result<ExitCode, String> {
    match words {
        ["run", "--quick", rows @ ..] => run(Pace::Quick, rows)?,
        ["run", rows @ ..] => run(Pace::Full, rows)?,
        ["growth", "--quick", curves @ ..] => growth::run(Pace::Quick, curves)?,
        ["growth", curves @ ..] => growth::run(Pace::Full, curves)?,
        ["start", "--quick"] => start::run(Pace::Quick)?,
        ["start"] => start::run(Pace::Full)?,
        ["instructions", "--ours", rows @ ..] => return instructions::count(true, rows),
        ["instructions", rows @ ..] => return instructions::count(false, rows),
        ["op", row, who, count] => op(row_named(row)?, contestant(who)?, number(count)?)?,
        ["serve", what, who, buffer] => {
            serve::serve(work(what)?, contestant(who)?, number(buffer)?)
        }
        ["load", row, port, process, pace] => {
            let (port, process) = (number(port)?, number(process)?);
            load(row_named(row)?, load::Target { port, process }, pace)?;
        }
        ["grow", curve, who, count, size] => {
            let (count, size) = (number(count)?, number(size)?);
            figures::print(&growth::named(curve)?.grow(contestant(who)?, count, size)?);
        }
        ["crowd", curve, port, process, pace, size] => {
            let target = load::Target {
                port: number(port)?,
                process: number(process)?,
            };
            process::raise_descriptor_limit();
            figures::print(&growth::named(curve)?.crowd(
                target,
                Pace::named(pace),
                number(size)?,
            )?);
        }
        ["turn-away"] => serve::turn_away(),
        ["talk", port, count] => {
            let process = std::process::id(); // nobody looks at its time
            let target = load::Target {
                port: number(port)?,
                process,
            };
            let enough = load::Enough::Operations(number(count)?);
            load::exchange(target, load::Talk::echo(50, 64), enough);
        }
        _ => return Err("what is to be done? See the head of src/cli.rs".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures the rows and tells of them. Few rounds are a smoke test, not a measurement.
fn run(pace: Pace, names: &[&str]) -> Result<(), String> {
    let mut rows: Vec<&'static Row> = Vec::new();
    for name in names {
        rows.push(row_named(name)?);
    }
    if rows.is_empty() {
        rows.extend(rows::ROWS);
    }
    let measured = rows.into_iter().map(|row| harness::measure(row, pace));
    let results: Vec<_> = measured.collect();
    report::tell(&results, pace, names.is_empty()).map_err(|error| error.to_string())?;
    match results.iter().map(|row| row.failed).sum() {
        0 => Ok(()),
        failed => Err(format!("{failed} runs failed")),
    }
}

fn op(row: &Row, who: Contestant, count: u64) -> Result<(), String> {
    let Task::Op { ops, .. } = row.task else {
        return Err(format!("{} needs a server and a load", row.name));
    };
    let Some((_, op)) = ops.iter().find(|(contestant, _)| *contestant == who) else {
        return Err(format!("{} takes no part in {}", who.name(), row.name));
    };
    figures::print(&op(count));
    Ok(())
}

/// Opens what connections it needs, and says so; then measures once for each line that comes.
fn load(row: &Row, target: load::Target, pace: &str) -> Result<(), String> {
    let Task::Server { load, .. } = row.task else {
        return Err(format!("{} has no load", row.name));
    };
    process::raise_descriptor_limit();
    let mut window = load(target, Pace::named(pace));
    println!("ready");
    for line in io::stdin().lines() {
        line.map_err(|error| error.to_string())?;
        figures::print(&window());
        println!();
    }
    Ok(())
}

fn row_named(name: &str) -> Result<&'static Row, String> {
    let row = rows::ROWS.iter().find(|row| row.name == name);
    row.ok_or_else(|| format!("no row is named {name}"))
}

fn contestant(name: &str) -> Result<Contestant, String> {
    Contestant::named(name).ok_or_else(|| format!("no contestant is named {name}"))
}

fn work(name: &str) -> Result<Work, String> {
    Work::named(name).ok_or_else(|| format!("no server does {name}"))
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse()
        .map_err(|_| format!("{word} is not a number that fits here"))
}
