//! Proofs: how a document's test finds the tests that the document names.

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
