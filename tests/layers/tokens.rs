//! Tokens: a source file without its comments and its literals, so that what is left is what the compiler obeys.
//! Read by the checkers of the layers and of the soundness rules.

/// A word or a sign of a source file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) line: usize,
    pub(crate) text: &'a str,
}

/// The tokens of `source`: identifiers and numbers whole, `::` whole, any other sign by itself.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = next(rest, first);
        let (text, after) = rest.split_at(length);
        if kind == Kind::Token {
            tokens.push(Token { line, text });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

#[derive(PartialEq)]
enum Kind {
    Token,
    /// White space, comments, literals.
    Noise,
}

/// How long what `rest` begins with is, and what.
fn next(rest: &str, first: char) -> (usize, Kind) {
    if let Some(length) = comment(rest).or_else(|| literal(rest)) {
        return (length, Kind::Noise);
    }
    if is_word(first) {
        return (word(rest), Kind::Token);
    }
    if rest.starts_with("::") {
        return (2, Kind::Token);
    }
    let kind = if first.is_whitespace() {
        Kind::Noise
    } else {
        Kind::Token
    };
    (first.len_utf8(), kind)
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| block_comment(rest))
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let step = &rest[at..];
        if step.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if step.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += step.chars().next().map_or(0, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Strings and characters, with their prefixes.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r"]
        .into_iter()
        .find(|prefix| {
            let after = rest.strip_prefix(prefix).unwrap_or("");
            after.starts_with(['"', '\'']) || prefix.ends_with('r') && is_raw(after)
        })
        .unwrap_or("");
    let body = &rest[prefix.len()..];
    let length = if prefix.ends_with('r') && is_raw(body) {
        raw_string(body)
    } else if body.starts_with('"') {
        quoted(body, '"')?
    } else {
        character(body)?
    };
    Some(prefix.len() + length)
}

fn is_raw(body: &str) -> bool {
    body.trim_start_matches('#').starts_with('"')
}

fn raw_string(body: &str) -> usize {
    let hashes = body.len() - body.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let start = hashes + 1;
    body[start..]
        .find(&end)
        .map_or(body.len(), |at| start + at + end.len())
}

/// Up to the closing quote, over what a backslash escapes.
fn quoted(body: &str, quote: char) -> Option<usize> {
    let mut chars = body.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return Some(at + 1);
        }
    }
    None
}

/// `'a'` is a character; `'a` and `'static` are lifetimes, and so are words.
fn character(body: &str) -> Option<usize> {
    let mut chars = body.strip_prefix('\'')?.chars();
    let escaped = chars.next()? == '\\';
    if escaped || chars.next()? == '\'' {
        return quoted(body, '\'');
    }
    None
}

#[test]
fn comments_and_literals_are_no_tokens() {
    let source = r###"
        // crate::a
        /* crate::b /* nested */ crate::b */
        let x = "crate::c \" crate::c";
        let y = r#"crate::d " crate::d"#; let z = b"\\"; 'e' '\'' b'"' f::<'g>()
    "###;
    let found: Vec<_> = tokens(source)
        .iter()
        .map(|token| (token.line, token.text))
        .collect();
    let expected: Vec<_> = [
        (4, "let x = ;"),
        (5, "let y = ; let z = ; f :: < ' g > ( )"),
    ]
    .iter()
    .flat_map(|&(line, text)| {
        text.split(' ')
            .flat_map(move |word| match word.strip_suffix(';') {
                Some("") => vec![(line, ";")],
                Some(word) => vec![(line, word), (line, ";")],
                None => vec![(line, word)],
            })
    })
    .collect();
    assert_eq!(found, expected);
}
