//! The function: an `async fn`, taken apart as far as the attributes need it. Types and bodies are passed on unread.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::tokens::{contains_ident, generated, is_ident, is_punct, unwrapped};

/// A function's tokens, in the order in which they are written.
#[derive(Debug)]
pub(crate) struct Function {
    /// `#[…]`, those from the head of the body as well.
    pub(crate) attributes: Vec<TokenTree>,
    /// `pub`, `unsafe` and the like, but not `async`.
    pub(crate) qualifiers: Vec<TokenTree>,
    pub(crate) is_async: bool,
    /// `fn`.
    pub(crate) keyword: TokenTree,
    pub(crate) name: Ident,
    /// `<…>`.
    pub(crate) generics: Vec<TokenTree>,
    /// `(…)`.
    pub(crate) arguments: Group,
    /// `-> T`, or nothing.
    pub(crate) output: Vec<TokenTree>,
    /// `where …`, or nothing.
    pub(crate) bounds: Vec<TokenTree>,
    /// `{ … }`.
    pub(crate) body: Group,
}

impl Function {
    /// `None` if it is something else than a function with a body.
    pub(crate) fn parse(item: TokenStream) -> Option<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let body = as_block(&tokens.pop()?)?;
        let mut tokens = tokens.into_iter().peekable();

        let mut attributes = Vec::new();
        while let Some(hash) = tokens.next_if(|token| is_punct(token, '#')) {
            attributes.push(hash);
            attributes.push(tokens.next()?);
        }
        let mut qualifiers = take_until(&mut tokens, |token| is_ident(token, "fn"));
        let keyword = tokens.next()?;
        let TokenTree::Ident(name) = tokens.next()? else {
            return None;
        };
        let generics = take_generics(&mut tokens);
        let TokenTree::Group(arguments) = tokens.next()? else {
            return None;
        };
        let output = take_until(&mut tokens, |token| is_ident(token, "where"));
        let asyncness = qualifiers.iter().position(|token| is_ident(token, "async"));
        let is_async = asyncness.map(|place| qualifiers.remove(place)).is_some();
        let body = lift_attributes(&body, &mut attributes);
        Some(Self {
            attributes,
            qualifiers,
            is_async,
            keyword,
            name,
            generics,
            arguments,
            output,
            bounds: tokens.collect(),
            body,
        })
    }

    /// Each attribute's path and arguments.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &Group> {
        self.attributes.iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group),
            _ => None,
        })
    }

    /// Where the output is declared, or would be.
    pub(crate) fn output_span(&self) -> Span {
        let arrow = self.output.first();
        arrow.map_or_else(|| self.arguments.span(), TokenTree::span)
    }

    /// The type of the output, unless it is one that can only stand in a signature: `impl Trait` and `!`.
    pub(crate) fn declared_output(&self) -> Option<TokenStream> {
        let Some(output) = self.output.get(2..) else {
            return Some(generated("()"));
        };
        let is_never = matches!(output, [token] if is_punct(token, '!'));
        let is_opaque = contains_ident(output.iter().cloned(), "impl");
        (!is_never && !is_opaque).then(|| output.iter().cloned().collect())
    }
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<TokenTree>>;

fn take_until(tokens: &mut Tokens, end: impl Fn(&TokenTree) -> bool) -> Vec<TokenTree> {
    std::iter::from_fn(|| tokens.next_if(|token| !end(token))).collect()
}

/// Takes `<…>`, if that comes next. The `>` of an arrow, as in `F: Fn() -> u8`, closes nothing.
fn take_generics(tokens: &mut Tokens) -> Vec<TokenTree> {
    let mut generics = Vec::new();
    let mut depth = 0;
    while let Some(token) = tokens.next_if(|token| depth > 0 || is_punct(token, '<')) {
        let in_arrow = generics.last().is_some_and(|last| is_punct(last, '-'));
        if is_punct(&token, '<') {
            depth += 1;
        } else if is_punct(&token, '>') && !in_arrow {
            depth -= 1;
        }
        generics.push(token);
        if depth == 0 {
            break;
        }
    }
    generics
}

/// Moves `#![…]` from the head of the body to the function's attributes: an `async` block can't have them.
fn lift_attributes(body: &Group, attributes: &mut Vec<TokenTree>) -> Group {
    let mut tokens = body.stream().into_iter();
    let mut rest = tokens.clone();
    while let (Some(hash), Some(bang), Some(attribute)) =
        (tokens.next(), tokens.next(), tokens.next())
    {
        if !is_punct(&hash, '#') || !is_punct(&bang, '!') {
            break;
        }
        attributes.extend([hash, attribute]);
        rest = tokens.clone();
    }
    let mut lifted = Group::new(body.delimiter(), rest.collect());
    lifted.set_span(body.span());
    lifted
}

fn as_block(token: &TokenTree) -> Option<Group> {
    match unwrapped(token) {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}
