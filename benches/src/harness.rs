//! The harness: runs the contestants of a row in turn, round after round, so that a slow minute of the machine hits all.
//! The order rotates from round to round. Each run has a process of its own, and a server has two: itself and its load.

use std::process::Command;
use std::time::Duration;

use crate::contestant::Contestant;
use crate::figures::{self, Figures};
use crate::process::{Guarded, sit_on, this_program};
use crate::rows::{Pace, Row, Task};
use crate::serve::Work;

/// Longer than any run takes, unless it hangs.
const LIMIT: Duration = Duration::from_secs(150);
/// Where servers run, and where their load runs.
const SERVER_SEAT: usize = 0;
const LOAD_SEAT: usize = 1;

/// What was found in a row.
pub(crate) struct Results {
    pub(crate) row: &'static Row,
    /// A round's figures for each contestant that did not fail in it.
    pub(crate) rounds: Vec<Vec<(Contestant, Figures)>>,
    /// How many runs have failed.
    pub(crate) failed: usize,
}

/// Runs the row.
pub(crate) fn measure(row: &'static Row, pace: Pace, rounds: usize) -> Results {
    let mut contestants = row.contestants();
    contestants.retain(|contestant| is_here(*contestant));
    let mut results = Results {
        row,
        rounds: Vec::new(),
        failed: 0,
    };
    for round in 1..=rounds {
        eprintln!("{}: round {round} of {rounds}", row.name);
        let round = one_round(row, &contestants, pace);
        results.failed += contestants.len() - round.len();
        results.rounds.push(round);
        contestants.rotate_left(1);
    }
    results
}

/// Node takes part where it is installed.
pub(crate) fn is_here(contestant: Contestant) -> bool {
    contestant != Contestant::Node || Command::new("node").arg("--version").output().is_ok()
}

fn one_round(row: &Row, contestants: &[Contestant], pace: Pace) -> Vec<(Contestant, Figures)> {
    let mut round = Vec::new();
    for contestant in contestants {
        match run(row, *contestant, pace) {
            Ok(figures) => round.push((*contestant, figures)),
            Err(error) => eprintln!("{}: {} failed: {error}", row.name, contestant.name()),
        }
    }
    round
}

fn run(row: &Row, contestant: Contestant, pace: Pace) -> Result<Figures, String> {
    let mut command = this_program();
    match row.task {
        Task::Op { full, quick, .. } => {
            let count = pace.of(full, quick).to_string();
            command.args(["op", row.name, contestant.name(), &count]);
            output(&mut command)
        }
        Task::Server { work, buffer, .. } => {
            under_load(work, contestant, buffer, |port, process| {
                command.args(["load", row.name, port, process, pace.name()]);
                command
            })
        }
    }
}

/// The figures that a command prints.
pub(crate) fn output(command: &mut Command) -> Result<Figures, String> {
    Ok(figures::parse(&Guarded::start(command).output(LIMIT)?))
}

/// The figures that a load on a server prints, which is told the server's port and process. Each has a processor to itself.
pub(crate) fn under_load(
    work: Work,
    contestant: Contestant,
    buffer: usize,
    load: impl FnOnce(&str, &str) -> Command,
) -> Result<Figures, String> {
    sit_on(SERVER_SEAT);
    let mut server = Guarded::start(&mut server(work, contestant, buffer));
    sit_on(LOAD_SEAT);
    let port = server.first_line();
    output(&mut load(&port, &server.id().to_string()))
}

/// The command that starts a server.
pub(crate) fn server(work: Work, contestant: Contestant, buffer: usize) -> Command {
    if contestant == Contestant::Node {
        let mut node = Command::new("node");
        node.arg(format!(
            "{}/node/{}.js",
            env!("CARGO_MANIFEST_DIR"),
            work.name()
        ));
        return node;
    }
    let mut command = this_program();
    command.args(["serve", work.name(), contestant.name(), &buffer.to_string()]);
    command
}
