//! Figures: what one run of one contestant found, each by its name.
//! Made in `ops/` and `load/`; carried from process to process as text; gathered by the harness.

use std::time::Duration;

/// A measure's name and its value.
pub(crate) type Figures = Vec<(String, f64)>;

/// The figure of work that was only timed: nanoseconds an operation.
pub(crate) fn time_each(operations: u64, took: Duration) -> Figures {
    vec![figure("time", nanoseconds(took) / operations as f64)]
}

/// One figure.
pub(crate) fn figure(name: &str, value: f64) -> (String, f64) {
    (name.to_owned(), value)
}

pub(crate) fn nanoseconds(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}

/// The value that `share` (0 to 1) of the sorted values do not exceed.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len() - 1;
    sorted[(last as f64 * share).round() as usize]
}

/// The middle of the values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// As lines of `name value`.
pub(crate) fn print(figures: &Figures) {
    for (name, value) in figures {
        println!("{name} {value}");
    }
}

/// From lines of `name value`; other lines are passed over.
pub(crate) fn parse(text: &str) -> Figures {
    let line = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}
