//! The soundness of the crate: each `unsafe` of `src` has its rule in `docs/soundness.md`, and each rule names what would catch
//! its breach. That all of it exists is judged here; whether it is true is for the reader to argue with.

#[path = "layers/tokens.rs"]
mod tokens;
#[path = "soundness/unsafe_items.rs"]
mod unsafe_items;

mod proofs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proofs::has_test;
use tokens::tokens;
use unsafe_items::unsafe_items;

const DOCUMENT: &str = include_str!("../docs/soundness.md");

/// Files by their paths from the root of the package.
type Files = BTreeMap<String, String>;

/// The folders that rules are about, or name proof from.
const FOLDERS: [&str; 2] = ["src", "tests"];

fn files() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Files::new();
    for folder in FOLDERS {
        collect(root, &root.join(folder), &mut files);
    }
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let name = path.strip_prefix(root).unwrap();
            files.insert(name.to_str().unwrap().replace('\\', "/"), text);
        }
    }
}

/// A rule: its head, and what stands under it.
struct Rule<'a> {
    /// Such as `W2. …`.
    head: &'a str,
    /// The argument and the lists, each on one line.
    paragraphs: Vec<String>,
}

impl<'a> Rule<'a> {
    fn new(section: &'a str) -> Self {
        let (head, body) = section.split_once('\n').unwrap_or((section, ""));
        let mut paragraphs: Vec<String> = Vec::new();
        let mut goes_on = false;
        for line in body.lines() {
            let text = line.trim();
            if goes_on && !text.is_empty() && !text.starts_with("- ") {
                let last = paragraphs.last_mut().expect("it goes on");
                *last += " ";
                *last += text;
            } else {
                paragraphs.push(text.to_owned());
            }
            goes_on = !text.is_empty();
        }
        Self { head, paragraphs }
    }

    /// Its number, such as `W2`.
    fn number(&self) -> &'a str {
        self.head.split_once(". ").map_or("", |(number, _)| number)
    }

    /// What the list items that begin with `label` name.
    fn named(&self, label: &str) -> Result<Vec<Named>, String> {
        let mut all = Vec::new();
        let prefix = format!("- {label}: ");
        for paragraph in &self.paragraphs {
            let Some(list) = paragraph.strip_prefix(&prefix) else {
                continue;
            };
            for part in list.split("; ") {
                all.extend(self.parse(part.trim_end_matches('.'))?);
            }
        }
        Ok(all)
    }

    /// One file and its items: `[src/waker.rs](../src/waker.rs) a, b ×2`, each item in backticks.
    fn parse(&self, part: &str) -> Result<Vec<Named>, String> {
        let complaint = || self.complaint(&format!("can't be read: {part}"));
        let link = part.strip_prefix('[').and_then(|rest| {
            let (file, rest) = rest.split_once("](../")?;
            let (target, items) = rest.split_once(')')?;
            (file == target).then_some((file, items.trim()))
        });
        let (file, items) = link.ok_or_else(complaint)?;
        if items.is_empty() {
            return Ok(vec![Named::new(file, "", 1)]);
        }
        let item = |text: &str| {
            let (name, times) = text.split_once(" ×").unwrap_or((text, "1"));
            let name = name.strip_prefix('`')?.strip_suffix('`')?;
            Some(Named::new(file, name, times.parse().ok()?))
        };
        let items: Option<Vec<_>> = items.split(", ").map(item).collect();
        items.ok_or_else(complaint)
    }

    fn complaint(&self, what: &str) -> String {
        format!("{}: {what}", self.number())
    }

    /// What is wrong with it, but for its `unsafe`.
    fn complaints(&self, files: &Files) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.number().is_empty() {
            wrong.push(self.complaint(&format!("{}: no number", self.head)));
        }
        for label in ["Upheld by", "Caught by"] {
            match self.named(label) {
                Ok(names) if names.is_empty() => {
                    wrong.push(self.complaint(&format!("no `{label}`")));
                }
                Ok(names) => wrong.extend(names.iter().filter_map(|name| {
                    let exists = match label {
                        "Upheld by" => name.is_defined(files),
                        _ => name.is_proof(files),
                    };
                    (!exists).then(|| self.complaint(&format!("{label}: no {name:?}")))
                })),
                Err(complaint) => wrong.push(complaint),
            }
        }
        wrong
    }
}

/// An item of a file.
#[derive(Debug)]
struct Named {
    file: String,
    /// Nothing if the whole file is meant.
    item: String,
    times: usize,
}

impl Named {
    fn new(file: &str, item: &str, times: usize) -> Self {
        Self {
            file: file.to_owned(),
            item: item.to_owned(),
            times,
        }
    }

    /// Whether its file defines it.
    fn is_defined(&self, files: &Files) -> bool {
        let Some(source) = files.get(&self.file) else {
            return false;
        };
        let name = self.item.rsplit("::").next().unwrap_or_default();
        let tokens = tokens(source);
        name.is_empty()
            || tokens.windows(2).any(|pair| {
                DEFINING.contains(&pair[0].text) && pair[1].text == name.trim_end_matches('!')
            })
    }

    /// Whether it can fail: a test or a model of its file, or a patch that is planted, or a program that must not compile.
    fn is_proof(&self, files: &Files) -> bool {
        let Some(source) = files.get(&self.file) else {
            return false;
        };
        if self.item.is_empty() {
            return PLANTED.iter().any(|folder| self.file.starts_with(folder));
        }
        has_test(source, &self.item)
    }
}

/// What stands before the name of an item, where it is defined. A `!` is of `macro_rules!`.
const DEFINING: [&str; 10] = [
    "!", "const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union",
];

/// Where whole files are proof: mutants of the models, breaches of the tests, faults of the sanitizers, compile-fail cases.
const PLANTED: [&str; 4] = [
    "tests/mutants/",
    "tests/breaches/",
    "tests/sanitize/",
    "tests/ui/",
];

/// The rules of a document: its sections of the third level.
fn rules(document: &str) -> Vec<Rule<'_>> {
    let sections = document.split("\n### ").skip(1);
    sections
        .map(|section| {
            // Up to the next head of a higher level.
            let end = section.find("\n## ").unwrap_or(section.len());
            Rule::new(&section[..end])
        })
        .collect()
}

/// All that is wrong with a document.
fn complaints(document: &str, files: &Files) -> Vec<String> {
    let rules = rules(document);
    let mut wrong: Vec<String> = rules
        .iter()
        .flat_map(|rule| rule.complaints(files))
        .collect();
    let mut numbers = BTreeSet::new();
    let twice = rules.iter().filter(|rule| !numbers.insert(rule.number()));
    wrong.extend(twice.map(|rule| rule.complaint("twice")));
    wrong.extend(unsafe_complaints(&rules, files));
    wrong.extend(unused_breaches(document, files));
    wrong
}

/// Where the `unsafe` of the sources and of the rules differ.
fn unsafe_complaints(rules: &[Rule<'_>], files: &Files) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ruled: BTreeMap<(String, String), usize> = BTreeMap::new();
    for rule in rules {
        match rule.named("Unsafe") {
            Ok(names) => {
                for name in names {
                    *ruled.entry((name.file, name.item)).or_default() += name.times;
                }
            }
            Err(complaint) => wrong.push(complaint),
        }
    }
    // The pages of the guide show code that is compiled elsewhere. Most files have not even the word.
    let is_source = |file: &str| file.starts_with("src/") && file.ends_with(".rs");
    let sources = files.iter().filter(|(file, _)| is_source(file));
    for (file, source) in sources.filter(|(_, source)| source.contains("unsafe")) {
        for (item, found) in unsafe_items(source) {
            let key = (file.clone(), item);
            let named = ruled.remove(&key).unwrap_or(0);
            if named != found {
                let (file, item) = key;
                wrong.push(format!(
                    "{file}: `{item}` has {found} unsafe, and the rules name {named}"
                ));
            }
        }
    }
    let gone = ruled.into_keys();
    wrong.extend(gone.map(|(file, item)| format!("{file}: `{item}` has no unsafe any more")));
    wrong
}

/// A breach that no rule names is a rule that is not written.
fn unused_breaches<'a>(
    document: &'a str,
    files: &'a Files,
) -> impl Iterator<Item = String> + use<'a> {
    let breaches = files
        .keys()
        .filter(|file| file.starts_with("tests/breaches/"));
    let unnamed = breaches.filter(|file| !document.contains(&format!("](../{file})")));
    unnamed.map(|file| format!("{file}: no rule names it"))
}

#[test]
fn each_unsafe_has_a_rule_and_each_rule_what_would_catch_its_breach() {
    let wrong = complaints(DOCUMENT, &files());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first field of each struct of `source` that has a field of type `Registration`.
fn first_fields(source: &str) -> Vec<String> {
    let tokens: Vec<_> = tokens(source).iter().map(|token| token.text).collect();
    let mut first = Vec::new();
    for (at, window) in tokens.windows(3).enumerate() {
        if window != ["registration", ":", "Registration"] {
            continue;
        }
        // Back to the brace that opens the struct, over visibilities and attributes.
        let before = tokens[..at].iter().rev();
        let between: Vec<_> = before.take_while(|text| **text != "{").collect();
        first.push(between.into_iter().rev().copied().collect::<String>());
    }
    first
}

#[test]
fn a_registration_stands_before_its_descriptor() {
    let mut structs = 0;
    for (file, source) in files() {
        if !file.starts_with("src/") || !source.contains("registration: Registration") {
            continue;
        }
        for before in first_fields(&source) {
            structs += 1;
            assert!(
                ["", "pub", "pub(crate)", "pub(super)"].contains(&before.as_str()),
                "{file}: `{before}` is dropped before the registration, and may be its descriptor"
            );
        }
    }
    assert!(structs > 3, "{structs}");
    let planted = first_fields("struct Socket { io: Fd, registration: Registration }");
    assert_eq!(planted, ["io:Fd,"]);
}

/// A small crate without a fault.
fn sound() -> (String, Files) {
    let document = "# Head\n\n## Group\n\n### A1. It holds\n\nSince it does.\n\n\
        - Upheld by: [src/a.rs](../src/a.rs) `A::new`\n\
        - Unsafe: [src/a.rs](../src/a.rs) `A::new` ×2,\n  `Send for A`\n\
        - Caught by: [src/a.rs](../src/a.rs) `it_does`; [tests/breaches/a.patch](../tests/breaches/a.patch)\n";
    let source = "unsafe impl Send for A {}\n\
        impl A { fn new() { unsafe { one() }; unsafe { two() } } }\n\
        #[test]\nfn it_does() {}\nfn helps() {}\n";
    let files = [
        ("src/a.rs", source),
        ("tests/breaches/a.patch", "# test: a"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    (document.to_owned(), Files::from(files))
}

/// What is said when one thing is changed in the document, and one in the source.
fn said(in_document: [&str; 2], in_source: [&str; 2]) -> String {
    let (document, mut files) = sound();
    let source = files.get_mut("src/a.rs").unwrap();
    for ([from, to], text) in [(in_document, &*document), (in_source, &*source)] {
        assert!(text.contains(from), "{from} {to}");
    }
    *source = source.replacen(in_source[0], in_source[1], 1);
    let document = document.replacen(in_document[0], in_document[1], 1);
    complaints(&document, &files).join("\n")
}

const SAME: [&str; 2] = ["", ""];

#[test]
fn a_crate_without_a_fault_has_no_complaint() {
    assert_eq!(said(SAME, SAME), "");
}

#[test]
fn an_unsafe_without_a_rule_is_found() {
    let block = said(SAME, ["fn helps() {}", "fn helps() { unsafe { three() } }"]);
    assert_eq!(
        block,
        "src/a.rs: `helps` has 1 unsafe, and the rules name 0"
    );
    let one_more = said(SAME, ["two() }", "two() }; unsafe { three() }"]);
    assert_eq!(
        one_more,
        "src/a.rs: `A::new` has 3 unsafe, and the rules name 2"
    );
    let function = said(SAME, ["fn helps", "unsafe fn helps"]);
    assert_eq!(
        function,
        "src/a.rs: `helps` has 1 unsafe, and the rules name 0"
    );
    let implementation = said(
        SAME,
        ["unsafe impl", "unsafe impl Sync for A {} unsafe impl"],
    );
    assert_eq!(
        implementation,
        "src/a.rs: `Sync for A` has 1 unsafe, and the rules name 0"
    );
}

#[test]
fn a_rule_about_what_is_gone_is_found() {
    let gone = said(SAME, ["unsafe impl Send", "impl Send"]);
    assert_eq!(gone, "src/a.rs: `Send for A` has no unsafe any more");
    let fewer = said(SAME, ["unsafe { two() }", "two()"]);
    assert_eq!(
        fewer,
        "src/a.rs: `A::new` has 1 unsafe, and the rules name 2"
    );
    let renamed = said(
        [
            "by: [src/a.rs](../src/a.rs) `A::new`",
            "by: [src/a.rs](../src/a.rs) `A::old`",
        ],
        SAME,
    );
    assert!(renamed.contains("A1: Upheld by: no"), "{renamed}");
    let file = said(
        [
            "by: [src/a.rs](../src/a.rs) `A",
            "by: [src/b.rs](../src/b.rs) `A",
        ],
        SAME,
    );
    assert!(file.contains("A1: Upheld by: no"), "{file}");
}

#[test]
fn proof_that_is_not_there_is_found() {
    for [from, to] in [
        ["`it_does`", "`it_did`"],
        ["`it_does`", "`helps`"],
        [
            "[src/a.rs](../src/a.rs) `it_does`",
            "[src/b.rs](../src/b.rs) `it_does`",
        ],
        [
            "[src/a.rs](../src/a.rs) `it_does`",
            "[src/a.rs](../src/a.rs)",
        ],
        [
            "; [tests",
            "; [tests/mutants/b.patch](../tests/mutants/b.patch); [tests",
        ],
    ] {
        let said = said([from, to], SAME);
        assert!(said.starts_with("A1: Caught by: no"), "{to}: {said}");
    }
    let nothing = said(["- Caught by", "- Not caught by"], SAME);
    assert_eq!(nothing, "A1: no `Caught by`");
    let unread = said(["`it_does`", "it_does"], SAME);
    assert!(unread.starts_with("A1: can't be read"), "{unread}");
    let unnamed = said(
        ["; [tests/breaches/a.patch](../tests/breaches/a.patch)", ""],
        SAME,
    );
    assert_eq!(unnamed, "tests/breaches/a.patch: no rule names it");
}

#[test]
fn a_rule_without_a_number_of_its_own_is_found() {
    let (document, files) = sound();
    assert!(!complaints(&document.replace("A1. ", ""), &files).is_empty());
    let rule = document.split_once("### ").unwrap().1;
    let twice = format!(
        "{document}\n### {}",
        rule.replace(" ×2", "").replace("- Unsafe", "- Safe")
    );
    assert_eq!(complaints(&twice, &files), ["A1: twice"]);
}
