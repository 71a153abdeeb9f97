//! What is checked in is what the press prints.

use std::collections::BTreeSet;
use std::fs;

use press::{Print, root};

fn is_checked_in(prints: &[Print], script: &str) {
    for print in prints {
        let text = fs::read_to_string(root().join(&print.path)).unwrap_or_default();
        assert!(text == print.text, "{} is old: run {script}", print.path);
    }
}

/// The files of a folder that end so.
fn files(folder: &str, end: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(end))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

#[test]
fn each_diagram_is_what_its_source_draws() {
    let prints = press::diagram::prints();
    is_checked_in(&prints, "scripts/diagrams");
    let paths = prints.into_iter().map(|print| print.path).collect();
    assert_eq!(files("docs/book/src/diagrams", ".svg"), paths);
}

#[test]
fn the_guide_says_what_the_book_says() {
    let prints = press::guide::prints();
    assert!(prints.len() > 12);
    is_checked_in(&prints, "scripts/guide");
    let paths = prints.into_iter().map(|print| print.path).collect();
    assert_eq!(files("src/guide", ".md"), paths);
}

#[test]
fn each_page_of_the_guide_is_a_module() {
    let modules = fs::read_to_string(root().join("src/guide/mod.rs")).unwrap();
    for chapter in press::guide::chapters() {
        let module = chapter.module;
        let include = format!("#![doc = include_str!(\"{module}.md\")]");
        assert!(
            modules.contains(&format!("pub mod {module} {{")),
            "{module}"
        );
        assert!(modules.contains(&include), "{module}");
    }
}
