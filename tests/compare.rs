//! The comparison: each row of `COMPARE.md` names what shows it. What it names of toque exists; what it names of others is in one of
//! the repositories that were read. Whether it says what the row claims is for its reader to judge.

mod proofs;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use proofs::{defines, has_test};

const DOCUMENT: &str = include_str!("../COMPARE.md");

/// Who may have a row. The first one has one in each table that has rows of this kind.
const WHO: [&str; 7] = [
    "toque", "tokio", "smol", "monoio", "compio", "glommio", "Node",
];

/// How many points the field is compared by, at least.
const ENOUGH: usize = 15;

/// One thing that a row names.
#[derive(Debug, PartialEq)]
enum Named<'a> {
    /// A file, and something in it, or all of it.
    Item(&'a str, Option<&'a str>),
    /// A name that toque does not have.
    Absent(&'a str),
    /// A thread or a page of somebody else's.
    Elsewhere(&'a str),
}

/// What the last cell of a row names.
fn named(cell: &str) -> Result<Vec<Named<'_>>, String> {
    let mut all = Vec::new();
    for part in cell.split("; ") {
        if let Some(names) = part.strip_prefix("absent: ") {
            let names = names
                .split(", ")
                .map(|name| unquoted(name).map(Named::Absent));
            all.extend(names.collect::<Option<Vec<_>>>().ok_or(part)?);
        } else if let Some((file, names)) = part.split_once("`: ") {
            let file = file.strip_prefix('`').ok_or(part)?;
            for name in names.split(", ") {
                all.push(Named::Item(file, Some(unquoted(name).ok_or(part)?)));
            }
        } else if let Some(file) = unquoted(part) {
            all.push(Named::Item(file, None));
        } else if is_thread(part) || is_link(part) {
            all.push(Named::Elsewhere(part));
        } else {
            return Err(part.to_owned());
        }
    }
    Ok(all)
}

fn unquoted(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

/// Such as `owner/name#12`.
fn is_thread(part: &str) -> bool {
    part.split_once('#').is_some_and(|(repository, number)| {
        repository.contains('/') && number.parse::<u32>().is_ok()
    })
}

fn is_link(part: &str) -> bool {
    part.starts_with('[') && part.contains("](https://") && part.ends_with(')')
}

/// A file of toque's, by its path from the root of the package.
fn read(file: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).ok()
}

/// Whether a file of toque's has something of that name.
fn has(file: &str, source: &str, name: &str) -> bool {
    if file.ends_with(".md") {
        let head = |line: &str| line.trim_start_matches('#').trim() == name;
        source
            .lines()
            .any(|line| line.starts_with('#') && head(line))
    } else if file.ends_with(".toml") {
        let head = format!("{name} =");
        source.lines().any(|line| line.starts_with(&head))
    } else {
        has_test(source, name) || defines(source, name)
    }
}

/// Whether any source of toque's defines the name.
fn is_anywhere(name: &str) -> bool {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|source| defines(&source, name)) {
                return true;
            }
        }
    }
    false
}

/// What is wrong with what a row names. `others` are the repositories that were read.
fn complaint(named: &Named<'_>, others: &HashSet<&str>) -> Option<String> {
    match *named {
        Named::Item(file, name) if is_others(file, others) => {
            let whole = name.is_none();
            whole.then(|| format!("{file}: and what in it?"))
        }
        Named::Item(file, name) => match (read(file), name) {
            (None, _) => Some(format!("{file}: is not there")),
            (Some(source), Some(name)) if !has(file, &source, name) => {
                Some(format!("{file}: has no {name}"))
            }
            _ => None,
        },
        Named::Absent(name) => is_anywhere(name).then(|| format!("{name}: is there")),
        Named::Elsewhere(_) => None,
    }
}

fn is_others(file: &str, others: &HashSet<&str>) -> bool {
    file.split('/')
        .next()
        .is_some_and(|first| others.contains(first))
}

/// The cells of each row of the tables whose head begins so.
fn rows<'a>(document: &'a str, head: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    let mut within = false;
    document.lines().filter_map(move |line| {
        if !line.starts_with('|') {
            within = false;
            return None;
        }
        let is_head = line.starts_with(head);
        let row = within && !line.starts_with("|--");
        within |= is_head;
        row.then(|| line.trim_matches('|').split(" | ").map(str::trim).collect())
    })
}

/// The names of the repositories that were read.
fn others(document: &str) -> HashSet<&str> {
    let names = rows(document, "| name | repository ");
    names.filter_map(|row| unquoted(row[0])).collect()
}

/// All that is wrong with a document.
fn complaints(document: &str) -> Vec<String> {
    let others = others(document);
    let mut wrong = Vec::new();
    for (head, width) in [("| who |", 3), ("| Area |", 5)] {
        for row in rows(document, head) {
            let complain = |what: &str| format!("{}, {}: {what}", row[0], row[1]);
            if row.len() != width || row.contains(&"") {
                wrong.push(format!(
                    "{}: {width} cells, and none empty",
                    row.join(" | ")
                ));
                continue;
            }
            let all = match named(row[width - 1]) {
                Ok(all) => all,
                Err(part) => {
                    wrong.push(complain(&format!("{part} can't be read")));
                    continue;
                }
            };
            let ours = |named: &Named<'_>| match named {
                Named::Item(file, _) => !is_others(file, &others),
                Named::Absent(_) => true,
                Named::Elsewhere(_) => false,
            };
            let is_ours = row[0] == "toque" || head == "| Area |";
            if is_ours && !all.iter().any(ours) {
                wrong.push(complain("nothing of toque's shows it"));
            }
            let found = all.iter().filter_map(|named| complaint(named, &others));
            wrong.extend(found.map(|what| complain(&what)));
        }
    }
    wrong.extend(points(document).flat_map(|(point, who)| who_complaints(point, &who)));
    wrong
}

/// Each point, and who has a row there.
fn points(document: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let sections = document.split("\n### ").skip(1);
    sections.map(|section| {
        let point = section.lines().next().unwrap_or_default();
        let who = rows(section, "| who |").map(|row| row[0]).collect();
        (point, who)
    })
}

/// toque first, then others, in one order, each once.
fn who_complaints(point: &str, who: &[&str]) -> Option<String> {
    let mut left = WHO.iter();
    let in_order = who.iter().all(|name| left.any(|known| known == name));
    let right = in_order && who.first() == Some(&WHO[0]);
    (!right).then(|| format!("{point}: {who:?}"))
}

#[test]
fn each_claim_names_what_shows_it() {
    let wrong = complaints(DOCUMENT);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_whole_field_is_compared() {
    let points: Vec<_> = points(DOCUMENT).collect();
    assert!(points.len() >= ENOUGH, "{}", points.len());
    for name in WHO {
        let times = points.iter().filter(|(_, who)| who.contains(&name)).count();
        assert!(times >= ENOUGH, "{name}: {times} of {}", points.len());
    }
}

/// What is said of a small document in which one thing is changed.
fn said(from: &str, to: &str) -> String {
    let own = "`tests/compare.rs`: `each_claim_names_what_shows_it`";
    let document = format!(
        "# All\n\n### One\n\n| who | what | shown by |\n|---|---|---|\n| toque | this | {own}; `README.md`: `Features` |\n\
         | smol | that | `smol/src/a.rs`: `run`; smol-rs/smol#1; [a page](https://x.y/z) |\n\n\
         | Area | tokio | toque | why | shown by |\n|---|---|---|---|---|\n| a | b | c | d | absent: `no_such_name` |\n\n\
         | name | repository |\n|---|---|\n| `smol` | smol-rs/smol |\n"
    );
    assert!(document.contains(from), "{from}");
    complaints(&document.replacen(from, to, 1)).join("\n")
}

#[test]
fn a_document_without_a_fault_has_no_complaint() {
    assert_eq!(said("", ""), "");
}

#[test]
fn a_reference_to_what_is_gone_is_found() {
    let test = said("`each_claim_names_what_shows_it`", "`each_claim`");
    assert_eq!(test, "toque, this: tests/compare.rs: has no each_claim");
    let file = said("`tests/compare.rs`", "`tests/compared.rs`");
    assert_eq!(file, "toque, this: tests/compared.rs: is not there");
    let head = said("`Features`", "`What it lacks`");
    assert_eq!(head, "toque, this: README.md: has no What it lacks");
    let absent = said("`no_such_name`", "`spawn_blocking`");
    assert_eq!(absent, "a, b: spawn_blocking: is there");
    let unread = said("| `smol` |", "| `smoll` |");
    assert_eq!(unread, "smol, that: smol/src/a.rs: is not there");
}

#[test]
fn a_claim_that_nothing_shows_is_found() {
    let nothing = said("absent: `no_such_name`", "tokio-rs/tokio#1");
    assert_eq!(nothing, "a, b: nothing of toque's shows it");
    let unread = said("smol-rs/smol#1", "a friend");
    assert_eq!(unread, "smol, that: a friend can't be read");
    let vague = said("`smol/src/a.rs`: `run`", "`smol/src/a.rs`");
    assert_eq!(vague, "smol, that: smol/src/a.rs: and what in it?");
    assert!(said("| this |", "| |").contains("none empty"));
}

#[test]
fn a_point_without_toque_or_with_a_stranger_is_found() {
    assert_eq!(
        said("| smol | that", "| mio | that"),
        "One: [\"toque\", \"mio\"]"
    );
    assert!(said("| toque | this", "| tokio | this").contains("One: "));
    assert!(said("| smol | that", "| toque | that").contains("One: "));
}
