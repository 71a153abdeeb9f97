//! A histogram: how many of some durations were about so long.
//! Filled by the runtime's thread, read by every thread.
//!
//! Each doubling has four buckets, so a bucket's end is at most a quarter above its begin. What is below a microsecond is in one:
//! reading the clock twice costs a part of that itself.

use std::array;
use std::ops::Range;
use std::time::Duration;

use crate::figure::{Figure, nanoseconds};

/// Buckets of a doubling, as a power of two.
const PARTS: u32 = 2;
/// The first bucket ends at 2^10 ns, the last begins at 2^36 ns less an eighth: a minute.
const FIRST: u32 = 10;
const DOUBLINGS: u32 = 26;
/// How many there are.
pub(crate) const BUCKETS: usize = 1 + ((DOUBLINGS as usize) << PARTS);

/// Durations, by about how long they were.
#[derive(Debug)]
pub(crate) struct Histogram {
    buckets: Box<[Figure; BUCKETS]>,
    /// All of them together.
    sum: Figure,
    /// The longest.
    max: Figure,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: Box::new(array::from_fn(|_| Figure::default())),
            sum: Figure::default(),
            max: Figure::default(),
        }
    }
}

impl Histogram {
    pub(crate) fn record(&self, duration: Duration) {
        let ns = nanoseconds(duration);
        self.buckets[bucket_of(ns)].add(1);
        self.sum.add(ns);
        if ns > self.max.get() {
            self.max.set(ns);
        }
    }

    /// How many are in a bucket.
    pub(crate) fn count(&self, bucket: usize) -> u64 {
        self.buckets[bucket].get()
    }

    /// How many there are.
    pub(crate) fn total(&self) -> u64 {
        self.buckets.iter().map(Figure::get).sum()
    }

    /// How many were shorter than `2^exponent` nanoseconds.
    pub(crate) fn below(&self, exponent: u32) -> u64 {
        let end = bucket_of(1 << exponent);
        self.buckets[..end].iter().map(Figure::get).sum()
    }

    pub(crate) fn sum(&self) -> Duration {
        self.sum.time()
    }

    pub(crate) fn max(&self) -> Duration {
        self.max.time()
    }

    /// The least end of a bucket below which this share of all are; never more than the longest. Zero if there are none.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let counts = self.buckets.each_ref().map(Figure::get);
        let total: u64 = counts.iter().sum();
        // A NaN becomes 0.
        let wanted = ((total as f64 * share.clamp(0.0, 1.0)).ceil() as u64).clamp(1, total.max(1));
        let mut so_far = 0;
        let bucket = counts.iter().position(|count| {
            so_far += count;
            so_far >= wanted
        });
        bucket.map_or(Duration::ZERO, |bucket| range(bucket).end.min(self.max()))
    }
}

/// Where a duration belongs.
fn bucket_of(ns: u64) -> usize {
    let Some(doubling) = ns.checked_ilog2().and_then(|log| log.checked_sub(FIRST)) else {
        return 0;
    };
    let part = (ns >> (doubling + FIRST - PARTS)) as usize % (1 << PARTS);
    let bucket = 1 + ((doubling as usize) << PARTS) + part;
    bucket.min(BUCKETS - 1)
}

/// What belongs into a bucket.
pub(crate) fn range(bucket: usize) -> Range<Duration> {
    let end = if bucket + 1 < BUCKETS {
        begin(bucket + 1)
    } else {
        u64::MAX
    };
    Duration::from_nanos(begin(bucket))..Duration::from_nanos(end)
}

fn begin(bucket: usize) -> u64 {
    let Some(bucket) = bucket.checked_sub(1) else {
        return 0;
    };
    let part = (bucket % (1 << PARTS)) as u64;
    let doubling = (bucket >> PARTS) as u32;
    ((1 << PARTS) + part) << (doubling + FIRST - PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_holds_what_its_range_says() {
        for bucket in 0..BUCKETS {
            let Range { start, end } = range(bucket);
            assert!(start < end);
            for inside in [start, end - Duration::from_nanos(1)] {
                let histogram = Histogram::default();
                histogram.record(inside);
                assert_eq!(histogram.count(bucket), 1, "{inside:?} in {bucket}");
            }
            if bucket > 0 {
                assert_eq!(range(bucket - 1).end, start);
            }
        }
        assert_eq!(range(0), Duration::ZERO..Duration::from_nanos(1024));
    }

    #[test]
    fn a_bucket_ends_a_quarter_above_its_begin_at_most() {
        for bucket in 1..BUCKETS - 1 {
            let Range { start, end } = range(bucket);
            assert!(end <= start + start / 4, "{bucket}");
        }
    }

    #[test]
    fn a_quantile_is_the_end_of_the_bucket_that_has_it() {
        let histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), Duration::ZERO);
        for ms in 1..=100 {
            histogram.record(Duration::from_millis(ms));
        }
        for (share, ms) in [(0.5, 50), (0.99, 99)] {
            let exact = Duration::from_millis(ms);
            let quantile = histogram.quantile(share);
            assert!(
                quantile >= exact && quantile <= exact + exact / 4,
                "{quantile:?}"
            );
        }
        assert!(histogram.quantile(f64::NAN) >= Duration::from_millis(1));
        assert_eq!(histogram.quantile(1.0), Duration::from_millis(100));
        assert_eq!(histogram.max(), Duration::from_millis(100));
        assert_eq!(histogram.sum(), Duration::from_millis(5050));
        assert_eq!(histogram.total(), 100);
        assert_eq!(histogram.below(36), 100);
        assert_eq!(histogram.below(20), 1, "one millisecond is below 2^20 ns");
    }
}
