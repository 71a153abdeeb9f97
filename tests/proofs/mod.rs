//! Proofs: how a document's test finds the tests and the items that the document names.

/// Whether a function of that name has the attribute of a test above it.
pub(crate) fn has_test(source: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let is_above = |line: &&&str| line.starts_with("#[") || line.starts_with("//");
    let mut functions = (0..lines.len()).filter(|n| lines[*n].starts_with(&head));
    functions.any(|n| {
        let mut above = lines[..n].iter().rev().take_while(is_above);
        above.any(|line| *line == "#[test]")
    })
}

/// What stands before the name of an item, where it is defined.
const DEFINING: [&str; 9] = [
    "const",
    "enum",
    "fn",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "macro_rules!",
];

/// Whether a source defines an item of that name: not in a comment.
#[allow(dead_code, reason = "not every document names items")]
pub(crate) fn defines(source: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let code = source
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"));
    let mut words = code.flat_map(str::split_whitespace);
    let mut before = "";
    words.any(|word| {
        let named = word.split(|c| !is_part(c)).next() == Some(name);
        let found = named && DEFINING.contains(&before);
        before = word;
        found
    })
}
