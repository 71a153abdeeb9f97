//! What fuzzing has found once stays found: every file of a corpus is run again, on stable.

#[path = "../fuzz/src/tools/abroad.rs"]
mod abroad;
#[path = "../fuzz/src/tools/bells.rs"]
mod bells;
#[path = "../fuzz/src/tools/bytes.rs"]
mod bytes;
#[path = "../fuzz/src/executor.rs"]
mod executor;
mod fuzz_tools;
#[path = "../fuzz/src/tools/ledger.rs"]
mod ledger;
#[path = "../fuzz/src/select_scope.rs"]
mod select_scope;
#[path = "../fuzz/src/sync.rs"]
mod sync;
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

#[test]
fn locks_and_channels_do_as_plain_queues_do() {
    replay("sync", sync::run);
}

#[test]
fn trees_of_select_join_and_scope_lose_no_wake_and_no_panic() {
    replay("select_scope", select_scope::run);
}
