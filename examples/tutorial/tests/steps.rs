//! Each step of `docs/book` runs, and prints what the book shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn names(folder: &str) -> BTreeSet<String> {
    fs::read_dir(package().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// The programs lie in one folder.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_lunch_time"))
        .with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn each_step_has_an_output_and_each_output_a_step() {
    assert_eq!(names("src/bin"), names("expected"));
}

#[test]
fn each_step_prints_what_the_book_shows() {
    for name in names("expected") {
        let output = Command::new(program(&name)).output().unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let expected = fs::read_to_string(package().join(format!("expected/{name}.txt"))).unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            expected,
            "{name}"
        );
    }
}
