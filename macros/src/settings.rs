//! The settings: what is written in the attribute's brackets, and the calls of the `Builder` that come of it.

use std::collections::BTreeSet;

use proc_macro::{TokenStream, TokenTree};

use crate::error::Error;
use crate::tokens::{is_punct, unwrapped};

/// What can be set, each with an example.
const KNOWN: [(&str, &str); 5] = [
    ("crate", "crate = \"toque\""),
    ("flavor", "flavor = \"current_thread\""),
    ("panic_when_stuck", "panic_when_stuck = 5"),
    ("rng_seed", "rng_seed = 7"),
    ("start_paused", "start_paused = true"),
];

#[derive(Debug)]
pub(crate) struct Settings {
    /// The path of toque.
    pub(crate) toque: String,
    /// `.start_paused(true)` and the like.
    pub(crate) calls: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            toque: "::toque".to_owned(),
            calls: String::new(),
        }
    }
}

impl Settings {
    /// Reads `name = value, name = value`.
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self, Error> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut settings = tokens.split(|token| is_punct(token, ',')).peekable();
        let mut parsed = Self::default();
        let mut seen = BTreeSet::new();
        while let Some(setting) = settings.next() {
            let Some(name) = setting.first() else {
                if settings.peek().is_none() {
                    break; // after the last comma
                }
                return Err(Error::about(&tokens, "a comma with no setting before it"));
            };
            let name = name.to_string();
            parsed.set(&name, setting)?;
            if !seen.insert(name.clone()) {
                return Err(Error::about(setting, format!("`{name}` is set twice")));
            }
        }
        Ok(parsed)
    }

    fn set(&mut self, name: &str, setting: &[TokenTree]) -> Result<(), Error> {
        match name {
            "crate" => self.toque = path(value(name, setting)?)?,
            "flavor" => flavor(value(name, setting)?)?,
            "panic_when_stuck" => self.call(name, &seconds(number(name, value(name, setting)?)?)),
            "rng_seed" => self.call(name, &number(name, value(name, setting)?)?),
            "start_paused" => self.call(name, &boolean(value(name, setting)?)?),
            "worker_threads" => return Err(one_thread(setting)),
            _ => return Err(unknown(name, setting)),
        }
        Ok(())
    }

    fn call(&mut self, method: &str, argument: &str) {
        self.calls += &format!(".{method}({argument})");
    }
}

/// The value of `name = value`.
fn value(name: &str, setting: &[TokenTree]) -> Result<TokenTree, Error> {
    match setting {
        [_, equals, value] if is_punct(equals, '=') => Ok(unwrapped(value)),
        _ => {
            let example = KNOWN.iter().find(|(known, _)| *known == name);
            let (_, example) = example.expect("only known settings have a value");
            Err(Error::about(
                setting,
                format!("`{name}` wants one value, as in `{example}`"),
            ))
        }
    }
}

fn flavor(value: TokenTree) -> Result<(), Error> {
    match string(&value).as_deref() {
        Some("current_thread" | "local") => Ok(()),
        Some("multi_thread") => Err(one_thread(&[value])),
        _ => Err(Error::new(
            value.span(),
            "no such flavor: toque's is `\"current_thread\"`, also called `\"local\"`; it needs no setting",
        )),
    }
}

fn one_thread(tokens: &[TokenTree]) -> Error {
    Error::about(
        tokens,
        "a toque runtime has one thread: remove this setting. For work that takes long there is `spawn_blocking`; for more \
         cores, start a runtime on each of several threads",
    )
}

fn unknown(name: &str, setting: &[TokenTree]) -> Error {
    let known: Vec<String> = KNOWN
        .iter()
        .map(|(known, _)| format!("`{known}`"))
        .collect();
    let known = known.join(", ");
    Error::about(
        setting,
        format!("unknown setting `{name}`: there are {known}"),
    )
}

/// A path in quotes.
fn path(value: TokenTree) -> Result<String, Error> {
    string(&value).filter(|path| is_path(path)).ok_or_else(|| {
        Error::new(
            value.span(),
            "`crate` wants a path in quotes, as in `crate = \"toque\"`",
        )
    })
}

fn is_path(path: &str) -> bool {
    let is_name = |name: &str| {
        !name.starts_with(|char: char| char.is_ascii_digit())
            && name
                .chars()
                .all(|char| char == '_' || char.is_alphanumeric())
    };
    let segments = path.strip_prefix("::").unwrap_or(path).split("::");
    segments
        .into_iter()
        .all(|name| !name.is_empty() && is_name(name))
}

/// A duration, as the expansion can name one.
fn seconds(number: String) -> String {
    format!("::core::time::Duration::from_secs({number})")
}

fn number(name: &str, value: TokenTree) -> Result<String, Error> {
    let text = value.to_string();
    match text.parse::<u64>() {
        Ok(_) => Ok(text),
        Err(_) => Err(Error::new(
            value.span(),
            format!("`{name}` wants a number from 0 to 2^64 - 1"),
        )),
    }
}

fn boolean(value: TokenTree) -> Result<String, Error> {
    let text = value.to_string();
    match text.as_str() {
        "true" | "false" => Ok(text),
        _ => Err(Error::new(
            value.span(),
            "`start_paused` wants `true` or `false`",
        )),
    }
}

/// What a plain string literal says.
fn string(value: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = value else {
        return None;
    };
    let text = literal.to_string();
    let text = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(text.to_owned())
}
