//! What fuzzing has found once stays found: every file of a corpus is run again, on stable.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/tools/abroad.rs"]
mod abroad;
#[path = "../fuzz/src/tools/bytes.rs"]
mod bytes;
#[path = "../fuzz/src/executor.rs"]
mod executor;
#[path = "../fuzz/src/timers.rs"]
mod timers;

/// Runs a target with each file of its corpus, and once with nothing.
fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut files = 0;
    run(&[]);
    for file in fs::read_dir(&corpus).unwrap() {
        let path = file.unwrap().path();
        println!("{}", path.display()); // shown if it fails
        run(&fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files > 0, "no corpus in {}", corpus.display());
}

#[test]
fn the_timers_do_as_a_sorted_map_does() {
    replay("timers", timers::run);
}

#[test]
fn the_executor_does_as_a_queue_does() {
    replay("executor", executor::run);
}
