//! Intervals on the real clock: the schedule, and what becomes of it when ticks are missed.

mod tools;

use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use tools::{Count, counting, poll_once, run, watched};
use toque::spawn;
use toque::time::{
    Instant, Interval, MissedTickBehavior, advance, interval, interval_at, pause, sleep, timeout,
};

const MILLISECOND: Duration = Duration::from_millis(1);
const PERIOD: Duration = Duration::from_millis(20);

#[test]
fn the_first_tick_is_at_once_and_the_others_keep_to_the_schedule() {
    run(async {
        let start = Instant::now();
        let mut ticks = interval_at(start, 2 * MILLISECOND);
        for n in 0..10 {
            let due = ticks.tick().await;
            assert_eq!(due, start + n * 2 * MILLISECOND);
            assert!(Instant::now() >= due, "early");
        }
    });
}

#[test]
fn a_tick_is_one_wake() {
    run(async {
        let mut ticks = interval(5 * MILLISECOND);
        ticks.tick().await;
        let polls = Count::default();
        counting(polls.clone(), ticks.tick()).await;
        assert!(polls.get() <= 2, "{} polls", polls.get());
    });
}

/// An interval of which ticks were missed: made so that the first was due `late` ago.
fn late(late: Duration, behavior: MissedTickBehavior) -> (Instant, Interval) {
    let start = Instant::now();
    let mut ticks = interval_at(start, PERIOD);
    ticks.set_missed_tick_behavior(behavior);
    assert_eq!(ticks.missed_tick_behavior(), behavior);
    thread::sleep(late); // the whole thread is late, as after a long poll
    (start, ticks)
}

#[test]
fn burst_makes_up_for_every_tick() {
    run(async {
        let (start, mut ticks) = late(3 * PERIOD, MissedTickBehavior::Burst);
        for n in 0..4 {
            assert_eq!(ticks.tick().await, start + n * PERIOD);
        }
        // And keeps to the first schedule.
        assert_eq!(ticks.tick().await, start + 4 * PERIOD);
        assert!(Instant::now() >= start + 4 * PERIOD);
    });
}

#[test]
fn delay_moves_the_schedule() {
    run(async {
        let (start, mut ticks) = late(3 * PERIOD, MissedTickBehavior::Delay);
        assert_eq!(ticks.tick().await, start);
        let seen = Instant::now();
        let next = ticks.tick().await;
        assert!(next >= start + 4 * PERIOD, "a period after the late one");
        assert!(next <= seen + PERIOD);
    });
}

#[test]
fn skip_leaves_out_what_was_missed() {
    run(async {
        let (start, mut ticks) = late(3 * PERIOD + PERIOD / 2, MissedTickBehavior::Skip);
        assert_eq!(ticks.tick().await, start);
        let next = ticks.tick().await;
        let periods = (next - start).as_nanos() / PERIOD.as_nanos();
        assert!(periods >= 4, "{periods}");
        // A point of the first schedule, to the nanosecond.
        assert_eq!((next - start).as_nanos() % PERIOD.as_nanos(), 0);
    });
}

#[test]
fn a_cancelled_tick_is_not_lost() {
    run(async {
        let start = Instant::now() + PERIOD;
        let mut ticks = interval_at(start, PERIOD);
        let cancelled = poll_once(&mut Box::pin(ticks.tick()), Waker::noop());
        assert!(cancelled.is_pending());
        assert_eq!(ticks.tick().await, start);
        assert_eq!(ticks.tick().await, start + PERIOD);
    });
}

#[test]
fn an_interval_that_is_reset_begins_anew() {
    run(async {
        let hour = Duration::from_secs(3600);
        let mut ticks = interval(hour);
        ticks.tick().await;
        ticks.reset_after(MILLISECOND);
        ticks.tick().await;
        ticks.reset_immediately();
        ticks.tick().await;
        ticks.reset_at(Instant::now() + MILLISECOND);
        ticks.tick().await;
        ticks.reset();
        assert!(timeout(2 * MILLISECOND, ticks.tick()).await.is_err());
        assert_eq!(ticks.period(), hour);
    });
}

/// From the reset on, and not from the last tick.
#[test]
fn an_interval_that_is_reset_ticks_a_period_later() {
    run(async {
        pause();
        let start = Instant::now();
        let mut ticks = interval(2 * PERIOD);
        ticks.tick().await;
        advance(PERIOD).await;
        ticks.reset();
        assert_eq!(ticks.tick().await, start + 3 * PERIOD);
    });
}

/// A task that waits for a tick waits on for the new one.
#[test]
fn an_interval_reset_while_it_is_awaited_ticks_at_the_new_time() {
    watched(|| {
        run(async {
            let mut ticks = interval_at(Instant::now() + Duration::from_secs(3600), PERIOD);
            let first = poll_fn(|cx| Poll::Ready(ticks.poll_tick(cx))).await;
            assert!(first.is_pending());
            ticks.reset_after(MILLISECOND);
            // Not polled again until it is woken.
            let mut woken = false;
            poll_fn(|_| {
                if std::mem::replace(&mut woken, true) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            ticks.tick().await;
        });
    });
}

/// tokio-rs/tokio#6634, #8384: arithmetic that overflows.
#[test]
fn periods_without_end_overflow_nothing() {
    watched(|| {
        run(async {
            let periods = [
                Duration::MAX,
                Duration::from_secs(u64::MAX / 10),
                Duration::from_nanos(u64::MAX),
            ];
            let behaviors = [
                MissedTickBehavior::Burst,
                MissedTickBehavior::Delay,
                MissedTickBehavior::Skip,
            ];
            for period in periods {
                for behavior in behaviors {
                    let start = Instant::now() - Duration::from_millis(50);
                    let mut ticks = interval_at(start, period);
                    ticks.set_missed_tick_behavior(behavior);
                    assert_eq!(ticks.tick().await, start);
                    ticks.reset();
                    ticks.reset_after(Duration::MAX);
                    assert!(timeout(MILLISECOND, ticks.tick()).await.is_err());
                    ticks.reset_at(Instant::now() + Duration::MAX);
                    assert!(timeout(MILLISECOND, ticks.tick()).await.is_err());
                    ticks.reset_immediately();
                    ticks.tick().await;
                }
            }
            let mut never = interval_at(Instant::now() + Duration::MAX, Duration::MAX);
            assert!(timeout(MILLISECOND, never.tick()).await.is_err());
        });
    });
}

/// The shortest period there is: always late, and still it gives way.
#[test]
fn an_interval_of_a_nanosecond_starves_nobody() {
    watched(|| {
        run(async {
            let task = spawn(async {
                let mut ticks = interval(Duration::from_nanos(1));
                loop {
                    ticks.tick().await;
                }
            });
            sleep(2 * MILLISECOND).await;
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn ticks_that_nobody_awaits_wake_nobody() {
    run(async {
        let mut ticks = interval(MILLISECOND);
        ticks.tick().await;
        let polls = Count::default();
        counting(polls.clone(), sleep(5 * MILLISECOND)).await;
        assert_eq!(polls.get(), 2);
        assert!(
            ticks
                .poll_tick(&mut std::task::Context::from_waker(Waker::noop()))
                .is_ready()
        );
    });
}
