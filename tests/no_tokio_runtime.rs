//! The guard: no feature of toque brings tokio's runtime, reactor, timers or file system along.
//!
//! hyper and h2 use tokio's `sync` and I/O types, which need no runtime. Cargo unifies features, so one careless dependency would
//! bring the rest without a word; this test reads the tree that an application gets.

use std::process::Command;

const BANNED: [&str; 8] = [
    "rt",
    "rt-multi-thread",
    "net",
    "time",
    "fs",
    "process",
    "signal",
    "full",
];

#[test]
fn the_tree_of_all_features_has_none_of_tokios_runtime() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "toque", "--all-features"])
        .args(["-e", "features,no-dev", "-i", "tokio"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");

    let tree = String::from_utf8(output.stdout).unwrap();
    let features: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_once("tokio feature \"")?.1.split('"').next())
        .collect();
    assert!(
        features.contains(&"sync"),
        "the tree is not what this test thinks it is:\n{tree}"
    );
    for banned in BANNED {
        assert!(
            !features.contains(&banned),
            "tokio's \"{banned}\" has come in:\n{tree}"
        );
    }
}
