//! Growth: what an operation costs among ten, a hundred, … a hundred thousand tasks, timers or connections.
//! `benches growth` writes `results/growth.md` and draws the curves. Flat is good: what grows with its crowd does not scale.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use crate::contestant::Contestant;
use crate::figures::{Figures, median};
use crate::harness::{is_here, output, under_load};
use crate::load::{self, Enough, Talk, Target};
use crate::ops::{self, SizedOp};
use crate::plot::{self, Panel};
use crate::process::{may_connect, this_program};
use crate::report;
use crate::rows::{ECHO, HTTP, MESSAGE, Pace, SMALL};
use crate::serve::Work;

/// How large the crowds are.
const SIZES: [u64; 5] = [10, 100, 1_000, 10_000, 100_000];

/// One kind of work.
pub(crate) struct Curve {
    /// Its word on the command line.
    name: &'static str,
    /// The work, and of what there are many.
    title: &'static str,
    /// The figure that is drawn, and its unit.
    figure: &'static str,
    unit: &'static str,
    task: Task,
}

enum Task {
    /// In a process of its own, at least so many times.
    Op {
        ops: &'static [(Contestant, SizedOp)],
        count: u64,
    },
    /// By a server, with so many connections.
    Server {
        work: Work,
        contestants: &'static [Contestant],
    },
}

const CURVES: &[Curve] = &[
    op(
        "yield",
        "yield, by tasks",
        "time",
        "ns",
        ops::yield_now::BY_TASKS,
        1_000_000,
    ),
    op(
        "spawn",
        "spawn and join, by tasks at once",
        "time",
        "ns",
        ops::spawn::BY_TASKS,
        500_000,
    ),
    op(
        "timer-cancel",
        "timer: insert and cancel, by timers outstanding",
        "time",
        "ns",
        ops::timers::CANCEL_BY_OUTSTANDING,
        500_000,
    ),
    op(
        "idle-task",
        "memory of an idle task, by tasks",
        "bytes",
        "B",
        ops::idle::BY_TASKS,
        0,
    ),
    server(
        "echo",
        "TCP echo of 64 B, server's CPU, by connections",
        Work::Echo,
        ECHO,
    ),
    server(
        "hello",
        "HTTP/1 \"hello\", server's CPU, by connections",
        Work::Hello,
        HTTP,
    ),
];

const fn op(
    name: &'static str,
    title: &'static str,
    figure: &'static str,
    unit: &'static str,
    ops: &'static [(Contestant, SizedOp)],
    count: u64,
) -> Curve {
    let task = Task::Op { ops, count };
    Curve {
        name,
        title,
        figure,
        unit,
        task,
    }
}

const fn server(
    name: &'static str,
    title: &'static str,
    work: Work,
    contestants: &'static [Contestant],
) -> Curve {
    let task = Task::Server { work, contestants };
    Curve {
        name,
        title,
        figure: "cpu",
        unit: "ns",
        task,
    }
}

/// What was found: for each contestant, the cost at each of the sizes.
struct Found {
    curve: &'static Curve,
    costs: Vec<(Contestant, Vec<f64>)>,
}

/// Measures the curves, or all, and writes the report.
pub(crate) fn run(pace: Pace, names: &[&str]) -> Result<(), String> {
    let mut curves: Vec<&'static Curve> = Vec::new();
    for name in names {
        curves.push(named(name)?);
    }
    if curves.is_empty() {
        curves.extend(CURVES);
    }
    let rounds = pace.of(5, 1);
    let found: Vec<Found> = curves
        .into_iter()
        .map(|curve| measure(curve, pace, rounds))
        .collect();
    write(&found, rounds).map_err(|error| error.to_string())
}

/// The curve of this name.
pub(crate) fn named(name: &str) -> Result<&'static Curve, String> {
    let curve = CURVES.iter().find(|curve| curve.name == name);
    curve.ok_or_else(|| format!("no curve is named {name}"))
}

/// Every contestant at every size in every round. Who has failed at a size is left out of what is larger.
fn measure(curve: &'static Curve, pace: Pace, rounds: usize) -> Found {
    let mut contestants = curve.contestants();
    contestants.retain(|contestant| is_here(*contestant));
    let mut costs: Vec<(Contestant, Vec<f64>)> =
        contestants.iter().map(|it| (*it, Vec::new())).collect();
    for size in SIZES.into_iter().filter(|size| curve.allows(*size)) {
        eprintln!("growth of {}: {size}", curve.name);
        let mut values = vec![Vec::new(); contestants.len()];
        for round in 0..rounds {
            for turn in 0..contestants.len() {
                let seat = (round + turn) % contestants.len();
                match curve.cost(contestants[seat], size, pace) {
                    Ok(cost) => values[seat].push(cost),
                    Err(error) => eprintln!("{} failed: {error}", contestants[seat].name()),
                }
            }
        }
        for ((_, costs), values) in costs.iter_mut().zip(values) {
            costs.push(if values.is_empty() {
                f64::NAN
            } else {
                median(&values)
            });
        }
    }
    Found { curve, costs }
}

impl Curve {
    fn contestants(&self) -> Vec<Contestant> {
        match self.task {
            Task::Op { ops, .. } => ops.iter().map(|(contestant, _)| *contestant).collect(),
            Task::Server { contestants, .. } => contestants.to_vec(),
        }
    }

    /// Whether the machine allows for a crowd of this size.
    fn allows(&self, size: u64) -> bool {
        matches!(self.task, Task::Op { .. }) || may_connect(size)
    }

    /// What an operation costs in a crowd of this size; measured in processes of its own.
    fn cost(&self, contestant: Contestant, size: u64, pace: Pace) -> Result<f64, String> {
        let mut command = this_program();
        let size_word = size.to_string();
        let figures = match self.task {
            Task::Op { count, .. } => {
                let count = pace.of(count, count / 10).max(size).to_string();
                command.args(["grow", self.name, contestant.name(), &count, &size_word]);
                output(&mut command)
            }
            Task::Server { work, .. } => under_load(work, contestant, SMALL, |port, process| {
                command.args(["crowd", self.name, port, process, pace.name(), &size_word]);
                command
            }),
        };
        let figures = figures?;
        let figure = figures.iter().find(|(name, _)| name == self.figure);
        figure
            .map(|(_, value)| *value)
            .ok_or_else(|| "it found nothing".to_owned())
    }

    /// The operation, here and now.
    pub(crate) fn grow(&self, who: Contestant, count: u64, size: u64) -> Result<Figures, String> {
        let Task::Op { ops, .. } = self.task else {
            return Err(format!("{} needs a server and a load", self.name));
        };
        let op = ops.iter().find(|(contestant, _)| *contestant == who);
        let (_, op) = op.ok_or_else(|| format!("{} takes no part in {}", who.name(), self.name))?;
        Ok(op(count, size))
    }

    /// The load on a server, here and now.
    pub(crate) fn crowd(&self, target: Target, pace: Pace, size: u64) -> Result<Figures, String> {
        let Task::Server { work, .. } = self.task else {
            return Err(format!("{} has no load", self.name));
        };
        let talk = match work {
            Work::Echo | Work::EchoShared => Talk::echo(size as usize, MESSAGE),
            Work::Hello => Talk::http(target, size as usize, 1),
        };
        let window = Duration::from_millis(pace.of(2000, 400));
        Ok(load::exchange(target, talk, Enough::After(window)))
    }
}

fn write(found: &[Found], rounds: usize) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    fs::create_dir_all(&folder)?;
    let text = table(found, rounds);
    print!("{text}");
    fs::write(folder.join("growth.md"), text)?;
    let panels: Vec<Panel<'_>> = found.iter().map(panel).collect();
    fs::write(
        folder.join("growth.svg"),
        plot::curves(&panels, &SIZES, &report::caption()),
    )
}

fn panel(found: &Found) -> Panel<'_> {
    Panel {
        title: format!("{}, {}", found.curve.title, found.curve.unit),
        lines: &found.costs,
    }
}

fn table(found: &[Found], rounds: usize) -> String {
    let mut text = format!(
        "# Growth\n\n{}\n\nMedian of {rounds} interleaved rounds; less is better. The last column is the dearest size \
         against the cheapest.\n\n| work, unit | |",
        report::caption()
    );
    for size in SIZES {
        let _ = write!(text, " {size} |");
    }
    text += " grows by |\n|---|---|";
    text += &"--:|".repeat(SIZES.len() + 1);
    text += "\n";
    for Found { curve, costs } in found {
        for (number, (contestant, costs)) in costs.iter().enumerate() {
            let title = if number == 0 {
                format!("{}, {}", curve.title, curve.unit)
            } else {
                String::new()
            };
            let _ = write!(text, "| {title} | {} |", contestant.name());
            for number in 0..SIZES.len() {
                let cost = costs.get(number).unwrap_or(&f64::NAN);
                let _ = write!(
                    text,
                    " {} |",
                    if cost.is_nan() {
                        String::new()
                    } else {
                        report::short(*cost)
                    }
                );
            }
            let _ = writeln!(text, " {:.2} |", growth(costs));
        }
    }
    text
}

/// The dearest size against the cheapest.
fn growth(costs: &[f64]) -> f64 {
    let known = || costs.iter().copied().filter(|cost| !cost.is_nan());
    known().fold(0.0, f64::max) / known().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::growth;

    #[test]
    fn what_was_not_measured_does_not_count() {
        assert_eq!(growth(&[2.0, 3.0, f64::NAN]), 1.5);
    }
}
