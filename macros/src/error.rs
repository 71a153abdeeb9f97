//! An error: a message and the author's tokens that it is about.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    /// The first token and the last one: spans of more than one token can't be made on a stable compiler.
    start: Span,
    end: Span,
}

impl Error {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            start: span,
            end: span,
        }
    }

    /// About all of `tokens`; about the attribute, if there are none.
    pub(crate) fn about(tokens: &[TokenTree], message: impl Into<String>) -> Self {
        let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
        Self {
            message: message.into(),
            start: span(tokens.first()),
            end: span(tokens.last()),
        }
    }

    /// `::core::compile_error! { "message" }`. The compiler underlines from the first of its tokens to the last.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut message = TokenTree::from(Literal::string(&self.message));
        message.set_span(self.end);
        let mut braces = Group::new(Delimiter::Brace, message.into());
        braces.set_span(self.end);
        [
            self.punct(':', Spacing::Joint),
            self.punct(':', Spacing::Alone),
            Ident::new("core", self.start).into(),
            self.punct(':', Spacing::Joint),
            self.punct(':', Spacing::Alone),
            Ident::new("compile_error", self.start).into(),
            self.punct('!', Spacing::Alone),
            braces.into(),
        ]
        .into_iter()
        .collect()
    }

    fn punct(&self, char: char, spacing: Spacing) -> TokenTree {
        let mut punct = Punct::new(char, spacing);
        punct.set_span(self.start);
        punct.into()
    }
}
