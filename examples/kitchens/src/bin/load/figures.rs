//! The figures: what is known of a kitchen after a round, and the medians over the rounds.

use std::fmt;
use std::time::Duration;

use crate::memory::Memory;

/// How long a guest has waited. The order is by the time.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait {
    pub(crate) took: Duration,
    /// Whether they wait still, so that `took` is the least it can be.
    pub(crate) open: bool,
}

/// Those of one round.
#[derive(Clone, Default)]
pub(crate) struct Figures {
    /// Guests who got an answer in the window.
    pub(crate) served: usize,
    /// A second.
    pub(crate) answers: f64,
    pub(crate) p50: Wait,
    pub(crate) p99: Wait,
    pub(crate) memory: Memory,
}

/// What was measured of one model with one number of guests.
pub(crate) struct Row {
    pub(crate) model: &'static str,
    pub(crate) guests: usize,
    pub(crate) rounds: Vec<Figures>,
}

impl Wait {
    pub(crate) fn ended(took: Duration) -> Wait {
        Wait { took, open: false }
    }

    pub(crate) fn open(took: Duration) -> Wait {
        Wait { took, open: true }
    }

    /// In milliseconds.
    pub(crate) fn millis(self) -> f64 {
        self.took.as_secs_f64() * 1e3
    }
}

/// In milliseconds, with what is only known to be longer marked so.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.open { "> " } else { "" };
        write!(f, "{mark}{:.0}", self.millis())
    }
}

impl Figures {
    pub(crate) fn new(mut waits: Vec<Wait>, served: usize, answers: f64, memory: Memory) -> Self {
        waits.sort_unstable();
        Figures {
            served,
            answers,
            p50: percentile(&waits, 50),
            p99: percentile(&waits, 99),
            memory,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures {
            served,
            answers,
            p50,
            p99,
            memory,
        } = self;
        let pss = memory.pss;
        write!(
            f,
            "{served} served, {answers:.0} answers/s, p50 {p50} ms, p99 {p99} ms, {pss} KiB"
        )
    }
}

impl Row {
    pub(crate) fn new(model: &'static str, guests: usize) -> Row {
        let rounds = Vec::new();
        Row {
            model,
            guests,
            rounds,
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("{} with {} guests", self.model, self.guests)
    }

    /// Each figure's own median.
    pub(crate) fn median(&self) -> Figures {
        Figures {
            served: median(&self.rounds, |round| round.served),
            answers: median(&self.rounds, |round| round.answers),
            p50: median(&self.rounds, |round| round.p50),
            p99: median(&self.rounds, |round| round.p99),
            memory: Memory {
                pss: median(&self.rounds, |round| round.memory.pss),
                page_tables: median(&self.rounds, |round| round.memory.page_tables),
                processes: median(&self.rounds, |round| round.memory.processes),
                threads: median(&self.rounds, |round| round.memory.threads),
            },
        }
    }
}

/// The smallest wait that so many of a hundred do not exceed. The waits are sorted.
fn percentile(waits: &[Wait], percent: usize) -> Wait {
    let rank = (waits.len() * percent).div_ceil(100);
    waits
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

fn median<T: PartialOrd>(rounds: &[Figures], figure: impl Fn(&Figures) -> T) -> T {
    let mut all: Vec<T> = rounds.iter().map(figure).collect();
    all.sort_by(|a, b| a.partial_cmp(b).expect("a figure is a number"));
    all.swap_remove(all.len() / 2)
}
