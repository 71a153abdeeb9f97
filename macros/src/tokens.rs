//! Questions to tokens, and tokens of our own.

use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};

pub(crate) fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == name)
}

pub(crate) fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

pub(crate) fn contains_ident(tokens: impl IntoIterator<Item = TokenTree>, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => contains_ident(group.stream(), name),
        token => is_ident(&token, name),
    })
}

/// What is within the invisible brackets of a `macro_rules!` fragment.
pub(crate) fn unwrapped(token: &TokenTree) -> TokenTree {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let inner = group.stream().into_iter().next();
            inner.map_or_else(|| token.clone(), |inner| unwrapped(&inner))
        }
        token => token.clone(),
    }
}

/// Tokens that lints know as made by a macro.
pub(crate) fn generated(code: &str) -> TokenStream {
    code.parse().expect("it is the same with every use")
}

/// The same tokens; messages about them point at `place`.
pub(crate) fn respanned(tokens: TokenStream, place: Span) -> TokenStream {
    let span = Span::call_site().located_at(place);
    let respanned = tokens.into_iter().map(|token| {
        let mut token = match token {
            TokenTree::Group(group) => {
                Group::new(group.delimiter(), respanned(group.stream(), place)).into()
            }
            token => token,
        };
        token.set_span(span);
        token
    });
    respanned.collect()
}
