//! What `docs/book` shows of Node: each program of `node/` prints what lies beside it. Where there is no Node, it says so and
//! tests nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn programs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let mut programs: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "js"))
        .collect();
    programs.sort();
    programs
}

#[test]
fn each_program_of_node_prints_what_the_book_shows() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("SKIPPED: there is no `node` on this machine");
        return;
    }
    assert!(programs().len() > 2);
    for program in programs() {
        let output = Command::new("node").arg(&program).output().unwrap();
        assert!(output.status.success(), "{program:?}: {output:?}");
        let expected = fs::read_to_string(program.with_extension("txt")).unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed, expected, "{program:?}");
    }
}

/// The point of chapter 7: both kitchens say the same.
#[test]
fn lunch_time_is_the_same_in_both() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |file: &str| fs::read_to_string(package.join(file)).unwrap();
    assert_eq!(
        of("expected/toque_lunch_time.txt"),
        of("node/lunch_time.txt")
    );
}
