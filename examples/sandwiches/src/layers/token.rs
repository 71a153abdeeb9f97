//! The token: asked of whoever wants to change something, if the command line names one (RFC 6750).

use std::fmt;
use std::path::Path;

use axum::extract::Request;
use axum::http::header;
use subtle::ConstantTimeEq;

use crate::problem::{Kind, Problem};

/// The secret. It is not shown by `{:?}`.
#[derive(Clone)]
pub struct Token(Vec<u8>);

impl Token {
    /// A token from its text; `None` if nothing is left without the space around it.
    pub fn new(text: &str) -> Option<Token> {
        let text = text.trim();
        (!text.is_empty()).then(|| Token(text.into()))
    }

    /// The token that is all of this file.
    ///
    /// # Errors
    /// The file cannot be read, or is empty.
    pub fn read(file: &Path) -> Result<Token, String> {
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
        Token::new(&text).ok_or_else(|| format!("{}: no token in it", file.display()))
    }

    /// In a time that tells the token's length, and nothing else of it.
    fn is(&self, sent: &str) -> bool {
        self.0.ct_eq(sent.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Lets reads pass, and changes with the token.
pub(super) fn check(token: Option<&Token>, request: &Request) -> Result<(), Problem> {
    let may_pass = match token {
        Some(token) if !request.method().is_safe() => {
            sent(request).is_some_and(|sent| token.is(sent))
        }
        _ => true,
    };
    if may_pass {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Unauthorized,
        "changes need the service's token",
    ))
}

/// What comes behind `Bearer`, whose case does not matter.
fn sent(request: &Request) -> Option<&str> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
