//! What broke for others: each row of `docs/known-failures.md` names a test that exists, or a reason.
//! Whether that test would fail on the bug is for its reader to judge; that it is there is judged here.

mod proofs;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use proofs::has_test;

const DOCUMENT: &str = include_str!("../docs/known-failures.md");

/// How many the document has to have.
const ENOUGH: usize = 50;

/// What a row says in the place of a test, before its reason.
const REASONS: [&str; 2] = ["not here:", "by design:"];

/// A bug of somebody else's.
struct Row<'a> {
    /// Where it was told of.
    thread: &'a str,
    /// What went wrong.
    symptom: &'a str,
    /// What keeps it out of toque: tests by their files, or a reason.
    here: &'a str,
}

impl<'a> Row<'a> {
    fn new(line: &'a str) -> Result<Self, String> {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        match cells[..] {
            [thread, symptom, here] if !cells.contains(&"") => Ok(Self {
                thread,
                symptom,
                here,
            }),
            _ => Err(format!(
                "{line}: three cells, and each with something in it"
            )),
        }
    }

    /// The reason, if that is what it has.
    fn reason(&self) -> Option<&'a str> {
        let reason = |start| self.here.strip_prefix(start).map(str::trim);
        REASONS.into_iter().find_map(reason)
    }

    /// The tests, each with its file.
    fn tests(&self) -> Result<Vec<(&'a str, &'a str)>, String> {
        let mut tests = Vec::new();
        for part in self.here.split("; ") {
            let (file, names) = part.split_once(": ").ok_or(self.complaint(part))?;
            for name in names.split(", ") {
                let test = unquoted(file).zip(unquoted(name));
                tests.push(test.ok_or(self.complaint(part))?);
            }
        }
        Ok(tests)
    }

    fn complaint(&self, what: &str) -> String {
        format!("{} ({}): {what}", self.thread, self.symptom)
    }

    fn check(&self) -> Result<(), String> {
        if let Some(reason) = self.reason() {
            let told = (!reason.is_empty()).then_some(());
            return told.ok_or(self.complaint("no reason"));
        }
        for (file, name) in self.tests()? {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let source = fs::read_to_string(path).map_err(|_| self.complaint(file))?;
            if !has_test(&source, name) {
                return Err(self.complaint(name));
            }
        }
        Ok(())
    }
}

/// The rows of all tables of a document, without their heads.
fn rows(document: &str) -> impl Iterator<Item = Result<Row<'_>, String>> {
    let lines = document.lines().filter(|line| line.starts_with('|'));
    let is_row = |line: &&str| !line.starts_with("| thread |") && !line.starts_with("|--");
    lines.filter(is_row).map(Row::new)
}

fn unquoted(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

#[test]
fn every_known_failure_has_a_test_that_exists_or_a_reason() {
    let mut threads = HashSet::new();
    for row in rows(DOCUMENT) {
        let row = row.unwrap();
        row.check().unwrap();
        assert!(
            row.thread.starts_with("known of") || threads.insert(row.thread),
            "{}: twice",
            row.thread
        );
    }
    assert!(threads.len() >= ENOUGH, "{}", threads.len());
}

fn check(here: &str) -> Result<(), String> {
    Row::new(&format!("| us/it#1 | it broke | {here} |"))?.check()
}

#[test]
fn a_row_without_a_test_or_a_reason_is_found() {
    assert!(check("").is_err());
    assert!(check("not here:").is_err());
    assert!(check("of course not").is_err());
    assert!(check("not here: we have none").is_ok());
    assert!(Row::new("| us/it#1 | it broke |").is_err());
}

#[test]
fn a_test_that_is_not_there_is_found() {
    let own = "`tests/known_failures.rs`";
    assert!(check(&format!("{own}: `a_test_that_is_not_there_is_found`")).is_ok());
    assert!(check(&format!("{own}: `a_test_that_is_not_there`")).is_err());
    assert!(check(&format!("{own}: `has_test`")).is_err(), "no test");
    assert!(check(&format!("{own}: has_test")).is_err(), "no quotes");
    assert!(check("`tests/nowhere.rs`: `has_test`").is_err());
}

#[test]
fn the_rows_are_those_of_all_tables() {
    let table = "| thread | what went wrong | here |\n|---|---|---|\n| a | b | not here: c |\n";
    let document = format!("# Head\n{table}\ntext | with a bar\n{table}");
    assert_eq!(rows(&document).filter(Result::is_ok).count(), 2);
    assert_eq!(rows(&document).count(), 2);
}
