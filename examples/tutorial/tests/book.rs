//! `docs/book` without mdbook: its includes have their anchors, its links their files, its "in toque's source" their items, its
//! exercises their solutions.
//! The links of some other pages too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The pages: their names and texts.
fn pages() -> Vec<(String, String)> {
    let pages: Vec<_> = fs::read_dir(source())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            (name.to_owned(), read(&path))
        })
        .collect();
    assert!(pages.len() > 7);
    pages
}

/// What stands between each `open` and the next `close`.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(close)?.0))
}

/// What is wrong with an include, if anything is.
fn include_fault(include: &str) -> Option<String> {
    let (file, anchor) = match include.split_once(':') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (include, None),
    };
    let Ok(text) = fs::read_to_string(source().join(file)) else {
        return Some(format!("no file {file}"));
    };
    let anchor = anchor?;
    let has = |mark: &str| {
        text.lines()
            .any(|line| line.trim() == format!("// {mark}: {anchor}"))
    };
    (!has("ANCHOR") || !has("ANCHOR_END")).then(|| format!("no anchor {anchor} in {file}"))
}

/// What is wrong with a link, `[text](target)`, if anything is. A text `` `file`, `fn item` `` names what the file must have.
fn link_fault(text: &str, target: &str) -> Option<String> {
    link_fault_from(&source(), text, target)
}

/// The same for a page in another folder.
fn link_fault_from(folder: &Path, text: &str, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let Ok(found) = fs::read_to_string(folder.join(target)) else {
        return Some(format!("no file {target}"));
    };
    let (file, item) = text
        .strip_prefix('`')?
        .strip_suffix('`')?
        .split_once("`, `")?;
    if !target.ends_with(file) {
        return Some(format!("{file} is not {target}"));
    }
    (!defines(&found, item)).then(|| format!("no {item} in {file}"))
}

/// Whether a line of `source` defines `item`, such as `fn turn`.
fn defines(source: &str, item: &str) -> bool {
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.split_once(item).is_some_and(|(_, after)| {
                !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
}

fn links(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.match_indices("](").filter_map(|(at, _)| {
        let text = &page[page[..at].rfind('[')? + 1..at];
        let target = page[at + 2..].split_once(')')?.0;
        Some((text, target))
    })
}

#[test]
fn each_include_has_its_file_and_its_anchor() {
    let mut count = 0;
    for (name, page) in pages() {
        for include in between(&page, "{{#include ", "}}") {
            count += 1;
            assert_eq!(include_fault(include), None, "{name}");
        }
    }
    assert!(count > 25, "{count}");
}

#[test]
fn each_link_has_its_file_and_each_item_is_still_there() {
    let mut count = 0;
    for (name, page) in pages() {
        for (text, target) in links(&page) {
            count += 1;
            assert_eq!(link_fault(text, target), None, "{name}");
        }
    }
    assert!(count > 25, "{count}");
}

#[test]
fn each_stop_of_one_wake_and_each_answer_is_where_its_page_says() {
    let docs = source().join("../..");
    for name in ["one-wake.md", "ten-questions.md"] {
        let page = read(&docs.join(name));
        let stops: Vec<_> = links(&page).collect();
        assert!(stops.len() > 15, "{name}");
        for (text, target) in stops {
            assert_eq!(link_fault_from(&docs, text, target), None, "{name}");
        }
    }
}

#[test]
fn the_links_of_the_other_pages_lead_somewhere() {
    let root = source().join("../../..");
    for name in [
        "README.md",
        "DESIGN.md",
        "CONTRIBUTING.md",
        "docs/patterns.md",
        "docs/when-not.md",
    ] {
        let page = read(&root.join(name));
        let folder = root.join(name).parent().unwrap().to_owned();
        for (_, target) in links(&page).filter(|(_, target)| !target.contains("://")) {
            assert!(folder.join(target).exists(), "{name}: no {target}");
        }
    }
}

#[test]
fn each_chapter_is_in_the_summary_and_points_into_toque() {
    let summary = read(&source().join("SUMMARY.md"));
    for (name, page) in pages() {
        if name != "SUMMARY.md" {
            assert!(summary.contains(&format!("({name})")), "{name}");
            assert!(page.contains("\n## In toque's source\n"), "{name}");
            assert!(page.contains("\n## Exercises\n"), "{name}");
        }
    }
}

/// The exercises of a chapter, by number.
fn exercises(page: &str) -> Vec<usize> {
    let (_, rest) = page.split_once("\n## Exercises\n").unwrap_or_default();
    let questions = rest.split("<details>").next().unwrap_or_default();
    let number = |line: &str| line.split_once(". ")?.0.parse().ok();
    questions.lines().filter_map(number).collect()
}

/// What is missing of a solution: its program, or its place in the chapter.
fn solution_fault(page: &str, name: &str, number: usize) -> Option<String> {
    let summary = format!("<details><summary>Solution {number}</summary>\n");
    let Some((_, solution)) = page.split_once(&summary) else {
        return Some(format!("no solution {name}"));
    };
    let solution = solution.split("</details>").next().unwrap_or_default();
    let includes: Vec<_> = between(solution, "{{#include ", "}}").collect();
    let program = format!("/solution_{name}.rs:main");
    let output = format!("/expected/solutions/{name}.txt");
    let shows = |end: &str| includes.iter().any(|include| include.ends_with(end));
    (!shows(&program) || !shows(&output)).then(|| format!("no program of solution {name}"))
}

/// The names of the programs that are solutions, as `4_1`.
fn programs() -> BTreeSet<String> {
    ["tutorial/src/bin/solutions", "book/src/bin/toque_solutions"]
        .iter()
        .flat_map(|folder| fs::read_dir(source().join("../../../examples").join(folder)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| {
            let name = file.strip_prefix("solution_")?.strip_suffix(".rs")?;
            Some(name.to_owned())
        })
        .collect()
}

#[test]
fn each_exercise_has_a_solution_that_runs_and_each_solution_an_exercise() {
    let mut names = BTreeSet::new();
    for (file, page) in pages() {
        let Some(chapter) = file.get(..2).and_then(|number| number.parse::<u32>().ok()) else {
            continue; // the summary
        };
        let exercises = exercises(&page);
        let count = exercises.len();
        assert_eq!(exercises, (1..=count).collect::<Vec<_>>(), "{file}");
        assert!((2..=3).contains(&count), "{file}: {count} exercises");
        for number in exercises {
            let name = format!("{chapter}_{number}");
            assert_eq!(solution_fault(&page, &name, number), None, "{file}");
            names.insert(name);
        }
    }
    // `steps.rs`, here and in `examples/book`, runs each of them.
    assert_eq!(names, programs());
}

#[test]
fn an_exercise_without_a_program_is_missed() {
    let head = "# A\n\n## Exercises\n\n1. Why?\n2. And\n   why?\n\n<details><summary>Solution 1</summary>\n\n";
    let include = |what: &str| format!("{{{{#include ../{what}}}}}\n");
    let program = include("src/bin/solutions/solution_1_1.rs:main");
    let output = include("expected/solutions/1_1.txt");
    let whole = format!("{head}{program}{output}</details>\n");
    assert_eq!(exercises(&whole), [1, 2]);
    assert_eq!(solution_fault(&whole, "1_1", 1), None);
    assert!(solution_fault(&whole, "1_2", 2).is_some());
    let words_alone = format!("{head}It is so.\n</details>\n");
    assert!(solution_fault(&words_alone, "1_1", 1).is_some());
    let no_output = format!("{head}{program}</details>\n");
    assert!(solution_fault(&no_output, "1_1", 1).is_some());
}

#[test]
fn what_has_moved_is_missed() {
    let turn = "../../../src/runtime/mod.rs";
    assert_eq!(link_fault("`src/runtime/mod.rs`, `fn turn`", turn), None);
    assert!(link_fault("`src/runtime/mod.rs`, `fn tur`", turn).is_some());
    assert!(link_fault("`src/runtime/gone.rs`, `fn turn`", turn).is_some());
    assert!(link_fault("a page", "gone.md").is_some());
    let lib = "../../../examples/tutorial/src/lib.rs";
    assert_eq!(include_fault(&format!("{lib}:turn")), None);
    assert!(include_fault(&format!("{lib}:gone")).is_some());
}
