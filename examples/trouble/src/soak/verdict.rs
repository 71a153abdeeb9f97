//! The verdict on a soak: whether anything has grown, or was left behind.

use std::time::Duration;

use super::figures::Figures;

/// What memory may differ by, in KiB: what the allocator makes of it.
const SLACK: u64 = 2 << 10;
/// And at the service, whose store has five connections: each keeps up to 2 MiB of pages, which come as the store grows.
const PAGES: u64 = 10 << 10;

/// When memory is as it will be.
const EARLY: Duration = Duration::from_secs(60);

pub(super) fn judge(start: &Figures, looks: &[(Duration, Figures)], end: &Figures) -> Vec<String> {
    let mut faults = Vec::new();
    if !end.is_calm_as(start) {
        faults.push("tasks, descriptors or what is watched are not as at the start".to_owned());
    }
    let Some((early, late)) = trend(looks) else {
        return vec!["too few looks for a verdict".to_owned()];
    };
    let slack = SLACK + if start.tasks.is_some() { PAGES } else { 0 };
    if late > early + slack {
        faults.push(format!("memory has grown from {early} KiB to {late} KiB"));
    }
    let first = after_a_minute(looks).unwrap_or(early);
    if end.memory > first + slack {
        let end = end.memory;
        faults.push(format!(
            "memory was {first} KiB early on, and is {end} KiB with all gone"
        ));
    }
    faults
}

/// The medians of memory in the second and in the last tenth, in KiB.
pub(super) fn trend(looks: &[(Duration, Figures)]) -> Option<(u64, u64)> {
    let tenth = looks.len() / 10;
    let of = |n: usize| median(&looks[n * tenth..(n + 1) * tenth]);
    (tenth > 0).then(|| (of(1), median(&looks[looks.len() - tenth..])))
}

/// Memory soon after the first minute; none if the second tenth is sooner.
fn after_a_minute(looks: &[(Duration, Figures)]) -> Option<u64> {
    let tenth = looks.len() / 10;
    let first = looks.iter().position(|(time, _)| *time >= EARLY)?;
    (first < tenth).then(|| median(&looks[first..first + 5.min(tenth)]))
}

fn median(looks: &[(Duration, Figures)]) -> u64 {
    let mut all: Vec<u64> = looks.iter().map(|(_, figures)| figures.memory).collect();
    all.sort_unstable();
    all[all.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Figures = Figures {
        memory: 10_000,
        descriptors: 9,
        watched: 3,
        tasks: None,
        connections: None,
    };

    fn looks(memory: impl Fn(u64) -> u64) -> Vec<(Duration, Figures)> {
        let look = |n| {
            (
                Duration::from_secs(5 * n),
                Figures {
                    memory: memory(n),
                    ..CALM
                },
            )
        };
        (1..=120).map(look).collect()
    }

    #[test]
    fn what_goes_up_and_down_is_well() {
        let looks = looks(|n| 10_000 + n % 7 * 1000);
        assert_eq!(judge(&CALM, &looks, &CALM), [] as [&str; 0]);
    }

    #[test]
    fn what_grows_a_little_all_the_time_is_found() {
        let looks = looks(|n| 10_000 + n * 50);
        let faults = judge(&CALM, &looks, &CALM);
        assert_eq!(faults, ["memory has grown from 10950 KiB to 15750 KiB"]);
    }

    #[test]
    fn memory_that_stays_at_the_end_is_found() {
        let end = Figures {
            memory: 20_000,
            ..CALM
        };
        let faults = judge(&CALM, &looks(|_| 10_000), &end);
        assert_eq!(
            faults,
            ["memory was 10000 KiB early on, and is 20000 KiB with all gone"]
        );
    }

    #[test]
    fn one_task_one_descriptor_or_one_connection_too_many_is_found() {
        for end in [
            Figures {
                tasks: Some(3),
                ..CALM
            },
            Figures {
                descriptors: 10,
                ..CALM
            },
            Figures { watched: 4, ..CALM },
            Figures {
                connections: Some(2),
                ..CALM
            },
        ] {
            assert_eq!(judge(&CALM, &looks(|_| 10_000), &end).len(), 1);
        }
    }

    #[test]
    fn without_looks_there_is_no_verdict() {
        assert_eq!(judge(&CALM, &[], &CALM).len(), 1);
    }
}
