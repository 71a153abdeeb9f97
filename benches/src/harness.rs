//! The harness: runs the contestants of a row in turn, round after round, so that a slow minute of the machine hits all.
//! The order changes from round to round. Each run has a process of its own, and a server has two: itself and its load.

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

impl Results {
    /// A round in which each contestant had its turn. Some may have failed.
    fn add(&mut self, found: Vec<(Contestant, Result<Figures, String>)>) {
        let mut round = Vec::new();
        for (contestant, figures) in found {
            match figures {
                Ok(figures) => round.push((contestant, figures)),
                Err(error) => {
                    self.failed += 1;
                    eprintln!("{}: {} failed: {error}", self.row.name, contestant.name());
                }
            }
        }
        self.rounds.push(round);
    }
}

/// Runs the row.
pub(crate) fn measure(row: &'static Row, pace: Pace) -> Results {
    let mut contestants = row.contestants();
    contestants.retain(|contestant| is_here(*contestant));
    let mut results = Results {
        row,
        rounds: Vec::new(),
        failed: 0,
    };
    match row.task {
        Task::Op { full, quick, .. } => {
            let rounds = pace.of(15, 3);
            for round in 1..=rounds {
                eprintln!("{}: round {round} of {rounds}", row.name);
                results.add(ops_in_turn(row, &contestants, pace.of(full, quick)));
                contestants.rotate_left(1);
            }
        }
        Task::Server { rounds, .. } => {
            let starts = pace.of(3, 1);
            for start in 1..=starts {
                eprintln!("{}: start {start} of {starts}", row.name);
                let mut servers: Vec<Seated> = contestants
                    .iter()
                    .map(|contestant| Seated::new(row, *contestant, pace))
                    .collect();
                for _ in 0..pace.of(rounds, 3.min(rounds)) {
                    fastrand::shuffle(&mut servers); // or each would always come after the same one
                    results.add(servers.iter_mut().map(Seated::measure).collect());
                }
            }
        }
    }
    results
}

/// Node takes part where it is installed.
pub(crate) fn is_here(contestant: Contestant) -> bool {
    contestant != Contestant::Node || Command::new("node").arg("--version").output().is_ok()
}

fn ops_in_turn(
    row: &Row,
    contestants: &[Contestant],
    count: u64,
) -> Vec<(Contestant, Result<Figures, String>)> {
    let op = |contestant: &Contestant| {
        let mut command = this_program();
        command.args(["op", row.name, contestant.name(), &count.to_string()]);
        (*contestant, output(&mut command))
    };
    contestants.iter().map(op).collect()
}

/// A server and its load, each with a processor to itself. While it is not measured, it has nothing to do.
struct Seated {
    contestant: Contestant,
    load: Guarded,
    /// Behind the load, which must not see it end.
    _server: Guarded,
}

impl Seated {
    fn new(row: &Row, contestant: Contestant, pace: Pace) -> Seated {
        let Task::Server { work, buffer, .. } = row.task else {
            unreachable!("{} has no server", row.name);
        };
        let (server, port) = serve(work, contestant, buffer);
        let process = server.id().to_string();
        let mut load = this_program();
        load.args(["load", row.name, &port, &process, pace.name()]);
        let mut load = Guarded::start(&mut load);
        load.next_line(); // it is ready
        Seated {
            contestant,
            load,
            _server: server,
        }
    }

    fn measure(&mut self) -> (Contestant, Result<Figures, String>) {
        let answer = self.load.ask();
        (self.contestant, answer.map(|text| figures::parse(&text)))
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
    let (server, port) = serve(work, contestant, buffer);
    output(&mut load(&port, &server.id().to_string()))
}

/// Starts a server on its seat; its port. What is started next sits on the load's.
fn serve(work: Work, contestant: Contestant, buffer: usize) -> (Guarded, String) {
    sit_on(SERVER_SEAT);
    let mut server = Guarded::start(&mut server(work, contestant, buffer));
    sit_on(LOAD_SEAT);
    let port = server.next_line();
    (server, port)
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
