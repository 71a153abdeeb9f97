//! The book's pages as rustdoc wants them: includes put in, links turned to the documentation's own pages, pictures within the
//! text. They lie in `src/guide`, since a published crate has only what lies in its own folder.

use crate::Print;
use crate::pages::read;

const BOOK: &str = "docs/book/src";

/// A chapter's page in the book, and its module in the guide.
#[derive(Debug)]
pub struct Chapter {
    /// `00-kitchen`
    pub page: String,
    /// `chapter_00_kitchen`
    pub module: String,
}

impl Chapter {
    fn new(page: &str) -> Self {
        Self {
            page: page.to_owned(),
            module: format!("chapter_{}", page.replace('-', "_")),
        }
    }
}

/// The chapters, in the order of the summary.
#[must_use]
pub fn chapters() -> Vec<Chapter> {
    let summary = read(&format!("{BOOK}/SUMMARY.md"));
    summary
        .lines()
        .filter_map(|line| line.split_once("](")?.1.strip_suffix(".md)"))
        .map(Chapter::new)
        .collect()
}

/// The pages of the guide that have includes or links: the chapters, and the way of one wake.
#[must_use]
pub fn prints() -> Vec<Print> {
    let mut prints: Vec<_> = chapters()
        .iter()
        .map(|chapter| print(&format!("{BOOK}/{}.md", chapter.page), &chapter.module))
        .collect();
    prints.push(print("docs/one-wake.md", "one_wake"));
    prints
}

fn print(source: &str, module: &str) -> Print {
    let text = with_links(&with_includes(&read(source)));
    Print {
        path: format!("src/guide/{module}.md"),
        text: format!("{text}\n<!-- Printed by scripts/guide from {source}. -->\n"),
    }
}

/// Puts in what mdBook would.
fn with_includes(page: &str) -> String {
    let mut text = String::new();
    for line in page.lines() {
        let include = line
            .strip_prefix("{{#include ")
            .and_then(|rest| rest.strip_suffix("}}"));
        match include {
            Some(include) => text += &included(include),
            None => text = text + line + "\n",
        }
    }
    text
}

/// The lines of a file, or those between two marks.
fn included(include: &str) -> String {
    let (file, anchor) = match include.split_once(':') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (include, None),
    };
    let text = read(&format!("{BOOK}/{file}"));
    match anchor {
        Some(anchor) => anchored(&text, anchor),
        None => text.trim_end().to_owned() + "\n",
    }
}

/// What stands between the marks of `anchor`, without other marks, and moved to the left edge.
fn anchored(text: &str, anchor: &str) -> String {
    let is = |line: &str, mark: &str| line.trim() == format!("// {mark}: {anchor}");
    let lines: Vec<_> = text
        .lines()
        .skip_while(|line| !is(line, "ANCHOR"))
        .skip(1)
        .take_while(|line| !is(line, "ANCHOR_END"))
        .filter(|line| !line.trim().starts_with("// ANCHOR"))
        .collect();
    assert!(!lines.is_empty(), "no anchor {anchor}");
    let margin = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .map(|line| line.get(margin..).unwrap_or("").to_owned() + "\n")
        .collect()
}

/// Turns each link outside of code.
fn with_links(page: &str) -> String {
    let mut text = String::new();
    let mut code = false;
    for line in page.lines() {
        code ^= line.starts_with("```");
        text = text + &(if code { line.to_owned() } else { turned(line) }) + "\n";
    }
    text
}

fn turned(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, words, target, after)) = first_link(rest) {
        let picture = before.ends_with('!');
        text += before;
        text += &if picture {
            format!("[{words}]({})", embedded(target))
        } else {
            link(words, target)
        };
        rest = after;
    }
    text + rest
}

/// The first `[words](target)` of a line, with what stands before and after.
fn first_link(line: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = line.find("](")?;
    let start = line[..middle].rfind('[')?;
    let end = middle + line[middle..].find(')')?;
    let (words, target) = (&line[start + 1..middle], &line[middle + 2..end]);
    Some((&line[..start], words, target, &line[end + 1..]))
}

/// A chapter is a module; a file of the library has its page; what else the repository holds is only named.
fn link(words: &str, target: &str) -> String {
    if target.starts_with("https://") {
        return format!("[{words}]({target})");
    }
    if let Some(page) = target
        .strip_suffix(".md")
        .filter(|page| !page.contains('/'))
    {
        return format!("[{words}](crate::guide::{})", Chapter::new(page).module);
    }
    if let Some(page) = target.strip_prefix("../../").and_then(other_page) {
        return format!("[{words}](crate::guide::{page})");
    }
    match target.trim_start_matches("../").strip_prefix("src/") {
        Some(file) if has_page(file) => format!("[{words}](../../../src/toque/{file}.html)"),
        _ => words.to_owned(),
    }
}

/// The module of a page of `docs/` that the guide has too.
fn other_page(file: &str) -> Option<&'static str> {
    match file {
        "migrating.md" => Some("migrating"),
        "one-wake.md" => Some("one_wake"),
        "patterns.md" => Some("patterns"),
        "when-not.md" => Some("when_not"),
        _ => None,
    }
}

/// Whether rustdoc shows a file of `src`: models and tests are not compiled for it.
fn has_page(file: &str) -> bool {
    !file.ends_with("_loom.rs") && !file.ends_with("_tests.rs")
}

/// A picture as an address that holds it.
fn embedded(picture: &str) -> String {
    let svg = read(&format!("{BOOK}/{picture}"));
    format!("data:image/svg+xml;base64,{}", base64(svg.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let group = u32::from_be_bytes(group);
        for place in 0..4 {
            let sixth = (group >> (18 - 6 * place)) & 63;
            let letter = ALPHABET[sixth as usize];
            text.push(if place > chunk.len() {
                '='
            } else {
                letter.into()
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_base64() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn links_lead_to_pages_that_rustdoc_has() {
        let turned = |line| turned(line);
        assert_eq!(
            turned("see [two](02-bell.md) and [x](https://a.b)"),
            "see [two](crate::guide::chapter_02_bell) and [x](https://a.b)"
        );
        assert_eq!(
            turned("- [`src/waker.rs`, `fn waker`](../../../src/waker.rs): it"),
            "- [`src/waker.rs`, `fn waker`](../../../src/toque/waker.rs.html): it"
        );
        assert_eq!(turned("[a](../../../src/pool_loom.rs)."), "a.");
        assert_eq!(turned("[t](../../kitchens.md)"), "t");
        assert_eq!(
            turned("[w](../../one-wake.md)"),
            "[w](crate::guide::one_wake)"
        );
    }

    #[test]
    fn an_include_is_what_stands_between_its_marks() {
        let text = "a\n    // ANCHOR: x\n    b\n    // ANCHOR: y\n\n      c\n    // ANCHOR_END: y\n    // ANCHOR_END: x\nd\n";
        assert_eq!(anchored(text, "x"), "b\n\n  c\n");
        assert_eq!(anchored(text, "y"), "\nc\n");
    }
}
