//! Instructions and system calls: costs that do not depend on how busy the machine is.
//! Each is counted over N operations and over 2N; the difference, divided by N, is free of what start-up costs.
//! toque's counts are compared with `ceilings.txt`, so that CI sees a cost come in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{fs, io};

use rustix::process::{Pid, Signal, kill_process};

use crate::contestant::Contestant::{self, Bare, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::harness::server;
use crate::process::{Guarded, this_program};
use crate::rows::ROWS;
use crate::serve::Work;

/// Rows whose instructions are counted, and over how many operations.
const COUNTED: &[(&str, u64)] = &[
    ("yield", 20_000),
    ("wake-self", 20_000),
    ("spawn", 10_000),
    ("spawn-bulk", 20_000),
    ("ping-pong", 10_000),
    ("mpsc", 20_000),
    ("mpsc-unbounded", 20_000),
    ("oneshot", 10_000),
    ("mutex", 20_000),
    ("mutex-handed", 10_000),
    ("semaphore", 20_000),
    ("local-ping-pong", 10_000),
    ("local-mpsc", 20_000),
    ("local-mpsc-unbounded", 20_000),
    ("local-oneshot", 10_000),
    ("local-mutex", 20_000),
    ("local-mutex-handed", 10_000),
    ("local-semaphore", 20_000),
    ("timer-cancel-alone", 10_000),
    ("connect", 2_000),
];
/// monoio is absent: valgrind knows no io_uring.
const UNDER_CALLGRIND: &[Contestant] = &[Toque, Tokio, TokioLocal, Smol, Bare];
/// monoio's tasks, as it is built by default, can't be woken from another thread.
const WAKING: &[Contestant] = &[Toque, Tokio, TokioLocal, Smol];
const UNDER_STRACE: &[Contestant] = &[Toque, Tokio, TokioLocal, Smol, Monoio, Bare];

/// Messages of the echo whose system calls are counted.
const MESSAGES: u64 = 20_000;
/// Wakes from another thread, likewise.
const WAKES: u64 = 20_000;
/// A program under valgrind or strace is some fifty times slower.
const LIMIT: Duration = Duration::from_secs(300);

/// A row's counts: one for each contestant, and what there is to say of it.
struct Count {
    row: &'static str,
    each: BTreeMap<&'static str, f64>,
    /// toque's system calls, by name.
    detail: String,
}

/// Counts the instructions of so many operations.
type CountInstructions = fn(&str, Contestant, u64) -> Result<f64, String>;

/// Rows whose instructions are a server's.
const SERVED: &[(&str, &[Contestant], CountInstructions)] =
    &[("echo-50", UNDER_CALLGRIND, echo_instructions)];

/// Rows whose system calls are counted, who takes part, over how many operations, and how.
const TRACED: &[(&str, &[Contestant], u64, CountCalls)] = &[
    ("echo-50-calls", UNDER_STRACE, MESSAGES, echo_calls),
    ("wake-busy-calls", WAKING, WAKES, wake_calls),
];

/// Counts the rows, or all, prints them and writes `results/instructions.md`; with `ours`, only toque's. The exit code is 1
/// if one of toque's is above its ceiling.
pub(crate) fn count(ours: bool, rows: &[&str]) -> Result<ExitCode, String> {
    let wanted = |row: &str| rows.is_empty() || rows.contains(&row);
    let of = |contestants: &'static [Contestant]| if ours { &[Toque] } else { contestants };
    let mut counts = Vec::new();
    for (row, operations) in COUNTED.iter().filter(|(row, _)| wanted(row)) {
        counts.push(instructions(
            row,
            of(UNDER_CALLGRIND),
            *operations,
            op_instructions,
        )?);
    }
    for (row, contestants, count) in SERVED.iter().filter(|it| wanted(it.0)) {
        counts.push(instructions(row, of(contestants), MESSAGES, *count)?);
    }
    for (row, contestants, operations, count) in TRACED.iter().filter(|it| wanted(it.0)) {
        counts.push(calls(row, of(contestants), *operations, *count)?);
    }
    let text = table(&counts);
    print!("{text}");
    let report = here().join("results/instructions.md");
    fs::create_dir_all(here().join("results")).map_err(|error| error.to_string())?;
    fs::write(&report, text).map_err(|error| format!("{}: {error}", report.display()))?;
    judge(&counts)
}

/// The folder of this package.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The difference that `operations` more of them make, for one of them.
fn each(operations: u64, count: impl Fn(u64) -> Result<f64, String>) -> Result<f64, String> {
    Ok((count(2 * operations)? - count(operations)?) / operations as f64)
}

fn instructions(
    row: &'static str,
    contestants: &[Contestant],
    operations: u64,
    count: CountInstructions,
) -> Result<Count, String> {
    let mut counts = BTreeMap::new();
    for contestant in contestants.iter().filter(|it| takes_part(**it, row)) {
        eprintln!("{row}: {}", contestant.name());
        let count = |operations| count(row, *contestant, operations);
        counts.insert(contestant.name(), each(operations, count)?);
    }
    let detail = String::new();
    Ok(Count {
        row,
        each: counts,
        detail,
    })
}

/// Whether it does this work. Only some of it has a bare form.
fn takes_part(contestant: Contestant, row: &str) -> bool {
    let row = ROWS.iter().find(|it| it.name == row);
    row.is_none_or(|row| row.contestants().contains(&contestant))
}

/// Instructions of a whole process that does the operation `count` times.
fn op_instructions(row: &str, contestant: Contestant, count: u64) -> Result<f64, String> {
    let out = scratch("callgrind")?;
    let mut op = this_program();
    op.args(["op", row, contestant.name(), &count.to_string()]);
    Guarded::start(&mut callgrind(&out, &op)).output(LIMIT)?;
    total(&out)
}

/// Instructions of a whole echo server with 50 connections that exchange so many messages, and a quarter more to warm up.
fn echo_instructions(_: &str, contestant: Contestant, messages: u64) -> Result<f64, String> {
    let out = scratch("callgrind")?;
    talk_to(
        &mut callgrind(&out, &server(Work::Echo, contestant, 4096)),
        messages,
    )?;
    total(&out)
}

/// The command, under callgrind, which counts instructions into `out`.
fn callgrind(out: &Path, command: &Command) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(command.get_program()).args(command.get_args());
    valgrind
}

/// What callgrind has counted.
fn total(out: &Path) -> Result<f64, String> {
    let text = take(out)?;
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: "));
    totals
        .and_then(|it| it.trim().parse().ok())
        .ok_or_else(|| "callgrind counted nothing".to_owned())
}

/// Calls by name.
type Calls = BTreeMap<String, f64>;

/// Counts the calls of so many operations.
type CountCalls = fn(Contestant, u64) -> Result<Calls, String>;

fn calls(
    row: &'static str,
    contestants: &[Contestant],
    operations: u64,
    count: CountCalls,
) -> Result<Count, String> {
    let mut counts = BTreeMap::new();
    let mut detail = String::new();
    for contestant in contestants {
        eprintln!("{row}: {}", contestant.name());
        let once = count(*contestant, operations)?;
        let twice = count(*contestant, 2 * operations)?;
        let each = |name: &str| {
            let calls = |calls: &Calls| calls.get(name).copied().unwrap_or(0.0);
            (calls(&twice) - calls(&once)) / operations as f64
        };
        counts.insert(contestant.name(), twice.keys().map(|name| each(name)).sum());
        let _ = write!(detail, "{}:", contestant.name());
        for name in twice.keys().filter(|name| each(name) > 0.000_5) {
            let _ = write!(detail, " {name} {:.3}", each(name));
        }
        detail += "; ";
    }
    Ok(Count {
        row,
        each: counts,
        detail,
    })
}

/// System calls of an echo server with 50 connections that exchange so many messages, and a quarter more to warm up.
fn echo_calls(contestant: Contestant, messages: u64) -> Result<Calls, String> {
    let out = scratch("strace")?;
    talk_to(
        &mut strace(&out, &server(Work::Echo, contestant, 4096)),
        messages,
    )?;
    parse_calls(&take(&out)?)
}

/// Exchanges so many messages with a server that is watched by a tool, and ends the tool, which then writes what it counted.
fn talk_to(watched: &mut Command, messages: u64) -> Result<(), String> {
    let mut server = Guarded::start(watched);
    let port = server.next_line();
    let mut talk = this_program();
    talk.args(["talk", &port, &(messages * 4 / 5).to_string()]);
    Guarded::start(&mut talk).output(LIMIT)?;
    // strace ends the server with itself; valgrind is the server's process
    let tool = Pid::from_raw(server.id() as i32).expect("a child has an id");
    kill_process(tool, Signal::TERM).map_err(|error| error.to_string())?;
    server.wait(LIMIT).map(drop)
}

/// System calls of so many wakes from another thread, with those of both threads.
fn wake_calls(contestant: Contestant, wakes: u64) -> Result<Calls, String> {
    let out = scratch("strace")?;
    let mut op = this_program();
    op.args(["op", "wake-busy", contestant.name(), &wakes.to_string()]);
    Guarded::start(&mut strace(&out, &op)).output(LIMIT)?;
    parse_calls(&take(&out)?)
}

/// The command, under strace, which counts calls into `out`.
fn strace(out: &Path, command: &Command) -> Command {
    let mut strace = Command::new("strace");
    // -I 2: told to end it does, which with -o it would not
    strace
        .args(["-f", "-c", "-I", "2", "-U", "name,calls", "-o"])
        .arg(out);
    strace.arg(command.get_program()).args(command.get_args());
    strace
}

/// Reads lines of a name and a number.
fn parse_calls(text: &str) -> Result<Calls, String> {
    let line = |line: &str| {
        let (name, calls) = line.trim().split_once(char::is_whitespace)?;
        Some((name.to_owned(), calls.trim().parse().ok()?))
    };
    let calls: Calls = text
        .lines()
        .filter_map(line)
        .filter(|(name, _)| name != "total")
        .collect();
    if calls.is_empty() {
        return Err(format!("strace counted nothing: {text}"));
    }
    Ok(calls)
}

/// A file for a tool to write to.
fn scratch(tool: &str) -> Result<PathBuf, String> {
    let folder = std::env::temp_dir();
    Ok(folder.join(format!("benches-{tool}-{}", std::process::id())))
}

/// The file's text; the file goes.
fn take(file: &Path) -> Result<String, String> {
    let text = || -> io::Result<String> {
        let text = fs::read_to_string(file)?;
        fs::remove_file(file)?;
        Ok(text)
    };
    text().map_err(|error| format!("{}: {error}", file.display()))
}

fn table(counts: &[Count]) -> String {
    let mut text = String::from("# Instructions and system calls, for each operation\n\n| work |");
    for contestant in UNDER_STRACE {
        let _ = write!(text, " {} |", contestant.name());
    }
    text += "\n|---|";
    text += &"--:|".repeat(UNDER_STRACE.len());
    text += "\n";
    for count in counts {
        let _ = write!(text, "| {} |", count.row);
        for contestant in UNDER_STRACE {
            let each = count.each.get(contestant.name());
            let _ = write!(text, " {} |", each.map_or(String::new(), |it| shown(*it)));
        }
        text += "\n";
    }
    for count in counts.iter().filter(|count| !count.detail.is_empty()) {
        let _ = write!(
            text,
            "\n{}: {}\n",
            count.row,
            count.detail.trim_end_matches("; ")
        );
    }
    text
}

/// Instructions are whole; system calls are few.
fn shown(count: f64) -> String {
    if count >= 20.0 {
        format!("{count:.0}")
    } else {
        format!("{count:.3}")
    }
}

/// Compares toque's counts with `ceilings.txt`.
fn judge(counts: &[Count]) -> Result<ExitCode, String> {
    let path = here().join("ceilings.txt");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let ceilings: BTreeMap<&str, f64> = text.lines().filter_map(ceiling).collect();
    let mut code = ExitCode::SUCCESS;
    for count in counts {
        let found = count.each[Toque.name()];
        let ceiling = ceilings
            .get(count.row)
            .ok_or_else(|| format!("{} has no ceiling", count.row))?;
        if found > *ceiling {
            eprintln!(
                "{}: {} is above the ceiling of {ceiling}",
                count.row,
                shown(found)
            );
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// A line `row = ceiling`; remarks begin with `#`.
fn ceiling(line: &str) -> Option<(&str, f64)> {
    let line = line.split('#').next()?;
    let (row, ceiling) = line.split_once('=')?;
    Some((row.trim(), ceiling.trim().parse().ok()?))
}
