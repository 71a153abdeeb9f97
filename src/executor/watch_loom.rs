//! The model of the watch: an executor that polls one task after the other, and a watcher who looks once.

use super::*;
use loom::sync::Arc;
use loom::thread;

/// The task that is seen is that of the poll that is seen: the n-th poll is task n's.
/// Mutants that fail it: `watch_number_before_task` (the executor's first two steps swapped), `watch_does_not_look_again` (the watcher
/// leaves out the third), `watch_end_without_fence`.
#[test]
fn a_task_that_is_seen_is_the_one_that_is_polled() {
    loom::model(|| {
        let watch = Arc::new(Watch::new());
        let executor = thread::spawn({
            let watch = watch.clone();
            move || {
                for task in 1..=2 {
                    watch.begin(task);
                    watch.end();
                }
            }
        });
        // On a thread too: what the first thread does after a spawn, and before it waits, loom takes for done before the spawn.
        let watcher = thread::spawn(move || {
            if let Some(seen) = watch.seen() {
                assert_eq!(seen.task, seen.number.div_ceil(2));
            }
        });
        executor.join().unwrap();
        watcher.join().unwrap();
    });
}
