//! The expansion: a plain function around the asynchronous body.

use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::error::Error;
use crate::function::Function;
use crate::settings::Settings;
use crate::tokens::{generated, is_ident, respanned};

/// Which attribute is expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Main,
    Test,
}

impl Attribute {
    fn name(self) -> &'static str {
        match self {
            Attribute::Main => "#[toque::main]",
            Attribute::Test => "#[toque::test]",
        }
    }
}

/// After an error the function is there all the same, so that no others follow from its lack.
pub(crate) fn expand(
    attribute: Attribute,
    settings: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let Some(function) = Function::parse(item.clone()) else {
        let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let error = Error::about(
            &tokens,
            format!("`{}` goes on an `async fn`", attribute.name()),
        );
        return [error.into_tokens(), item].into_iter().collect();
    };
    if let Err(error) = check_signature(attribute, &function) {
        return [error.into_tokens(), stand_in(&function)]
            .into_iter()
            .collect();
    }
    let (settings, error) =
        match check_async(attribute, &function).and_then(|()| Settings::parse(settings)) {
            Ok(settings) => (settings, TokenStream::new()),
            Err(error) => (Settings::default(), error.into_tokens()),
        };
    [error, plain_function(attribute, &settings, function)]
        .into_iter()
        .collect()
}

fn check_async(attribute: Attribute, function: &Function) -> Result<(), Error> {
    if function.is_async {
        return Ok(());
    }
    let message = format!(
        "`{}` goes on an `async fn`: write `async` here",
        attribute.name()
    );
    Err(Error::new(function.keyword.span(), message))
}

/// Who would give the arguments? `main` and tests are called by the compiler's own code.
fn check_signature(attribute: Attribute, function: &Function) -> Result<(), Error> {
    let has_callers = attribute == Attribute::Main && function.name.to_string() != "main";
    if has_callers {
        return Ok(());
    }
    if attribute == Attribute::Test {
        no_second_test(function)?;
    }
    if !function.generics.is_empty() {
        return Err(Error::about(
            &function.generics,
            format!(
                "`{}` has no generics: nobody says what they are",
                function.name
            ),
        ));
    }
    if !function.arguments.stream().is_empty() {
        return Err(Error::new(
            function.arguments.span(),
            no_arguments(attribute),
        ));
    }
    Ok(())
}

fn no_arguments(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Main => {
            "`main` has no arguments: those of the command line are in `std::env::args()`"
        }
        Attribute::Test => {
            "a test has no arguments. If another attribute is to fill them in, it stands above `#[toque::test]`"
        }
    }
}

/// `#[test]` below `#[toque::test]` would run the function twice.
fn no_second_test(function: &Function) -> Result<(), Error> {
    let second = function.attributes().find(|attribute| is_test(attribute));
    match second {
        Some(second) => Err(Error::new(
            second.span(),
            "a second test attribute: one of the two has to go",
        )),
        None => Ok(()),
    }
}

/// `#[test]`, `#[core::prelude::v1::test]`, `#[toque::test]`.
fn is_test(attribute: &Group) -> bool {
    let last = attribute.stream().into_iter().last();
    last.is_some_and(|last| is_ident(&last, "test"))
}

/// A function of this name that does nothing.
fn stand_in(function: &Function) -> TokenStream {
    let mut tokens = TokenStream::new();
    tokens.extend(function.qualifiers.iter().cloned());
    tokens.extend([function.keyword.clone(), function.name.clone().into()]);
    tokens.extend(generated("() {}"));
    tokens
}

fn plain_function(attribute: Attribute, settings: &Settings, function: Function) -> TokenStream {
    let body = braces(call(settings, &function));
    let mut tokens = TokenStream::new();
    tokens.extend(function.attributes);
    if attribute == Attribute::Test {
        // Below the author's, so that what they expand to knows that this is a test.
        tokens.extend(generated("#[::core::prelude::v1::test]"));
    }
    tokens.extend(function.qualifiers);
    tokens.extend([function.keyword, function.name.into()]);
    tokens.extend(function.generics);
    tokens.extend([TokenTree::from(function.arguments)]);
    tokens.extend(function.output);
    tokens.extend(function.bounds);
    tokens.extend([body]);
    tokens
}

/// `run(&mut Builder::new_current_thread(), async { … })`
fn call(settings: &Settings, function: &Function) -> TokenStream {
    let Settings { toque, calls } = settings;
    let mut arguments = generated(&format!(
        "&mut {toque}::runtime::Builder::new_current_thread(){calls}, async"
    ));
    arguments.extend([future(function)]);

    let mut tokens = generated(&format!("{toque}::macros_support::run"));
    tokens.extend([parentheses(arguments)]);
    tokens
}

/// The body, with its type declared at its head: by a `return` that is never reached, since an `async` block has no other way. So
/// the compiler compares each `return` and the end with that type, and a message is about the one that differs.
fn future(function: &Function) -> TokenTree {
    let mut tokens = TokenStream::new();
    if let Some(output) = function.declared_output() {
        tokens.extend(declaration(output, function.output_span()));
    }
    tokens.extend(function.body.stream());
    let mut block = Group::new(Delimiter::Brace, tokens);
    block.set_span(function.body.span());
    block.into()
}

/// `if let Some(output) = None::<T> { return output; }`
fn declaration(output: TokenStream, place: Span) -> TokenStream {
    let none = "if let ::core::option::Option::Some(output) = ::core::option::Option::None::<";
    let mut tokens = respanned(generated(none), place);
    tokens.extend(output);
    tokens.extend(respanned(generated("> { return output; }"), place));
    tokens
}

fn parentheses(tokens: TokenStream) -> TokenTree {
    Group::new(Delimiter::Parenthesis, tokens).into()
}

fn braces(tokens: TokenStream) -> TokenTree {
    Group::new(Delimiter::Brace, tokens).into()
}
