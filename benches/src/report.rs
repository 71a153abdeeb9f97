//! The report: medians over the rounds, and each contestant's ratio to the best peer of the same round.
//! That of all rows is written to `results/latest.md`, with the plot beside it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use crate::contestant::Contestant;
use crate::figures::{Figures, median, median_interval};
use crate::harness::Results;
use crate::plot;
use crate::rows::{Measure, Pace};

/// One measure of one row: what the table shows in a line, and the plot too.
pub(crate) struct Line {
    /// The work and what was measured of it.
    pub(crate) title: String,
    /// The best peer: the one with the lowest median.
    pub(crate) best: Contestant,
    pub(crate) entries: Vec<Entry>,
}

/// One contestant's part in a line.
pub(crate) struct Entry {
    pub(crate) contestant: Contestant,
    /// The median, in the measure's unit.
    pub(crate) value: f64,
    /// The ratio to the best peer, round by round; none if the best peer's figure is zero.
    pub(crate) ratios: Vec<f64>,
    /// The same to the bare loop, where it takes part.
    to_bare: Vec<f64>,
}

impl Line {
    fn entry(&self, contestant: Contestant) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.contestant == contestant)
    }
}

impl Entry {
    /// The middle one of the ratios.
    pub(crate) fn ratio(&self) -> Option<f64> {
        (!self.ratios.is_empty()).then(|| median(&self.ratios))
    }
}

/// Prints the table. That of all rows is kept too, with the plot.
pub(crate) fn tell(results: &[Results], pace: Pace, are_all: bool) -> io::Result<()> {
    let mut lines = Vec::new();
    for result in results {
        lines.extend(
            result
                .row
                .measures
                .iter()
                .filter_map(|measure| line(result, measure)),
        );
    }
    let text = format!("{}{}", head(pace), table(&lines));
    print!("{text}");
    if !are_all {
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("latest.md"), text)?;
    fs::write(folder.join("latest.svg"), plot::svg(&lines, &caption()))
}

/// Puts a measure's figures together; nothing if no peer has any.
fn line(result: &Results, measure: &Measure) -> Option<Line> {
    let values = |who| {
        let rounds = result.rounds.iter();
        rounds
            .filter_map(|round| value(round, who, measure))
            .collect::<Vec<f64>>()
    };
    let peers = result.row.contestants().into_iter();
    let best = peers
        .filter(|who| who.is_peer() && !values(*who).is_empty())
        .min_by(|a, b| median(&values(*a)).total_cmp(&median(&values(*b))))?;
    let entry = |contestant| {
        let ratio_to = |other, round: &Vec<(Contestant, Figures)>| {
            let other = value(round, other, measure).filter(|other| *other != 0.0)?;
            Some(value(round, contestant, measure)? / other)
        };
        let ratios_to = |other| {
            let rounds = result.rounds.iter();
            rounds.filter_map(|round| ratio_to(other, round)).collect()
        };
        let values = values(contestant);
        (!values.is_empty()).then(|| Entry {
            contestant,
            value: median(&values) / measure.scale,
            ratios: ratios_to(best),
            to_bare: ratios_to(Contestant::Bare),
        })
    };
    let failed = match result.failed {
        0 => String::new(),
        failed => format!(" ({failed} runs failed)"),
    };
    Some(Line {
        title: format!(
            "{}: {}, {}{failed}",
            result.row.title, measure.title, measure.unit
        ),
        best,
        entries: Contestant::ALL.into_iter().filter_map(entry).collect(),
    })
}

/// A contestant's figure in a round.
fn value(round: &[(Contestant, Figures)], who: Contestant, measure: &Measure) -> Option<f64> {
    let (_, figures) = round.iter().find(|(contestant, _)| *contestant == who)?;
    let (_, value) = figures.iter().find(|(name, _)| name == measure.figure)?;
    Some(*value)
}

fn head(pace: Pace) -> String {
    let mut text = format!("# Benchmarks\n\n{}\n\n", caption());
    if pace == Pace::Quick {
        text += "**A quick run, to see that all works: no conclusion is to be drawn from it.**\n\n";
    }
    text += "Median of the interleaved rounds, and in brackets the ratio to the best peer of the same round. Less is \
         better everywhere. The last columns are toque's ratio to the best peer and to the bare loop, and between which \
         ratios the median is with 95 % certainty: where that spans 1, no difference was shown. What is bare is the floor, \
         not a peer.\n\n";
    text
}

/// The date and the machine.
pub(crate) fn caption() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |it| {
        it.trim_start_matches([':', '\t', ' '])
    });
    format!(
        "{}; {} × {model}; Linux {}; {}",
        said_by("date", &["-u", "+%F %R UTC"]),
        said_by("nproc", &["--all"]),
        said_by("uname", &["-r"]),
        said_by("rustc", &["--version"]),
    )
}

/// The first line of a program's output; a dash if there is no such program.
fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or("–".to_owned(), |it| {
        String::from_utf8_lossy(&it.stdout).trim().to_owned()
    })
}

fn table(lines: &[Line]) -> String {
    let mut text = String::from("| work: measure, unit |");
    for contestant in Contestant::ALL {
        let _ = write!(text, " {} |", contestant.name());
    }
    text += " toque : best peer | toque : bare |\n|---|";
    text += &"--:|".repeat(Contestant::ALL.len());
    text += "---|---|\n";
    for line in lines {
        let _ = write!(text, "| {} |", line.title);
        for contestant in Contestant::ALL {
            let _ = write!(
                text,
                " {} |",
                line.entry(contestant).map_or(String::new(), cell)
            );
        }
        let _ = writeln!(text, " {} | {} |", to_best_peer(line), to_bare(line));
    }
    text
}

fn cell(entry: &Entry) -> String {
    match entry.ratio() {
        Some(ratio) => format!("{} ({ratio:.2})", short(entry.value)),
        None => short(entry.value),
    }
}

/// toque's ratio with its interval, and to whom.
fn to_best_peer(line: &Line) -> String {
    let best = line.best.name();
    line.entry(Contestant::Toque)
        .and_then(|toque| verdict(&toque.ratios))
        .map_or(String::new(), |verdict| format!("{verdict} of {best}"))
}

/// toque's ratio to the floor.
fn to_bare(line: &Line) -> String {
    let ratios = line.entry(Contestant::Toque).map(|toque| &*toque.to_bare);
    ratios.and_then(verdict).unwrap_or_default()
}

/// The median of the ratios, and between which it is; nothing if there are none.
fn verdict(ratios: &[f64]) -> Option<String> {
    if ratios.is_empty() {
        return None;
    }
    let (low, high) = median_interval(ratios);
    Some(format!("**{:.2}** ({low:.2}–{high:.2})", median(ratios)))
}

/// Three digits are as many as the machine is good for.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.2}"),
    }
}
