//! Each step of `docs/book` runs, and prints what the book shows. So does each solution.
//! `examples/book` has the same test of its own programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder, without their ends.
fn names(folder: &str) -> BTreeSet<String> {
    fs::read_dir(package().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// The programs lie in the folder above the tests'.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().unwrap().parent().unwrap();
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The program of the solutions, a folder of `src/bin`.
fn solutions() -> String {
    let mut folders = fs::read_dir(package().join("src/bin"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let folder = folders.next().unwrap();
    folder.file_name().unwrap().to_str().unwrap().to_owned()
}

fn prints(command: &mut Command, expected: &str) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{expected}: {output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let promised = fs::read_to_string(package().join(expected)).unwrap();
    assert_eq!(printed, promised, "{expected}");
}

#[test]
fn each_step_has_an_output_and_each_output_a_step() {
    assert_eq!(names("src/bin"), names("expected"));
}

#[test]
fn each_step_prints_what_the_book_shows() {
    for name in names("expected") {
        prints(
            &mut Command::new(program(&name)),
            &format!("expected/{name}.txt"),
        );
    }
}

#[test]
fn each_solution_prints_what_the_book_shows() {
    let outputs = names("expected/solutions");
    let solutions = solutions();
    let programs = names(&format!("src/bin/{solutions}"));
    let programs = programs
        .iter()
        .filter_map(|name| name.strip_prefix("solution_"));
    assert_eq!(
        programs.collect::<BTreeSet<_>>(),
        outputs.iter().map(String::as_str).collect()
    );
    for name in outputs {
        prints(
            Command::new(program(&solutions)).arg(&name),
            &format!("expected/solutions/{name}.txt"),
        );
    }
}
