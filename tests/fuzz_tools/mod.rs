//! What the tests that replay a corpus share.

use std::fs;
use std::path::Path;

/// Runs a target with each file of its corpus, and once with nothing.
pub(crate) fn replay(target: &str, run: fn(&[u8])) {
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
