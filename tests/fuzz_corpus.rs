//! What fuzzing has found once stays found: every file of a corpus is run again, on stable.

#[path = "../fuzz/src/tools/abroad.rs"]
mod abroad;
#[path = "../fuzz/src/tools/bytes.rs"]
mod bytes;
#[path = "../fuzz/src/executor.rs"]
mod executor;
mod fuzz_tools;
#[path = "../fuzz/src/timers.rs"]
mod timers;

use fuzz_tools::replay;

#[test]
fn the_timers_do_as_a_sorted_map_does() {
    replay("timers", timers::run);
}

#[test]
fn the_executor_does_as_a_queue_does() {
    replay("executor", executor::run);
}
