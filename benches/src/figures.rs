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

/// Between which of the values the true median is, with 95 % certainty: the order statistics of the sign test, which asks nothing of
/// how the values are spread. With fewer than six values, the lowest and the highest are all that can be said.
pub(crate) fn median_interval(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    // Each value is below the median as a coin falls. `below` is the chance that no more than `cut` of them are.
    let (mut cut, mut one, mut below) = (0, 0.5_f64.powi(n as i32), 0.0);
    loop {
        below += one;
        if below > 0.025 {
            break;
        }
        cut += 1;
        one *= (n + 1 - cut) as f64 / cut as f64;
    }
    let first = cut.saturating_sub(1);
    (sorted[first], sorted[n - 1 - first])
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

#[cfg(test)]
mod tests {
    use super::median_interval;

    /// By the tables of the sign test: of 9 values the second and the last but one, of 25 the eighth.
    #[test]
    fn the_median_is_between_these() {
        let interval = |n: u32| median_interval(&(1..=n).map(f64::from).collect::<Vec<_>>());
        assert_eq!(interval(1), (1.0, 1.0));
        assert_eq!(interval(5), (1.0, 5.0));
        assert_eq!(interval(9), (2.0, 8.0));
        assert_eq!(interval(25), (8.0, 18.0));
    }
}
