//! The guard: the program contains no tokio runtime, reactor, timer or file system.
//!
//! hyper uses tokio's `sync` types, which need no runtime. Cargo unifies features, so one careless dependency would
//! bring the rest along without a word; this test reads the tree that is really built.

use std::process::Command;

#[test]
fn the_tree_has_none_of_tokios_runtime_features() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "-p",
            "sandwiches",
            "-e",
            "features,no-dev",
            "-i",
            "tokio",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let tree = String::from_utf8(output.stdout).unwrap();
    let features: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_once("tokio feature \"")?.1.split('"').next())
        .collect();
    assert!(
        features.contains(&"sync"),
        "the tree is not what this test thinks it is:\n{tree}"
    );
    for banned in [
        "rt",
        "rt-multi-thread",
        "net",
        "time",
        "fs",
        "process",
        "signal",
        "full",
    ] {
        assert!(
            !features.contains(&banned),
            "tokio's \"{banned}\" has come in:\n{tree}"
        );
    }
}
