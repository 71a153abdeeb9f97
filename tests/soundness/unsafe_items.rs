//! The unsafe items: which function, impl or macro each `unsafe` of a source file stands in.
//! Read by the checker of `docs/soundness.md`.

use std::collections::BTreeMap;

use super::tokens::{Token, tokens};

/// What a brace belongs to.
#[derive(Clone, Debug, PartialEq)]
enum Scope<'a> {
    /// Of this type; a trait counts as one.
    Impl(&'a str),
    Fn(&'a str),
    Macro(&'a str),
    Other,
}

/// The items of `source` that have an `unsafe`, and how many each has.
///
/// A function is named as a caller would: `Queue::push`. One that a macro makes has the macro's name before it, `raw_fd!::from_raw_fd`;
/// an `unsafe impl` is its trait and its type, `Send for Home`.
pub(crate) fn unsafe_items(source: &str) -> BTreeMap<String, usize> {
    let tokens = tokens(source);
    let mut items = BTreeMap::new();
    let mut scopes = Vec::new();
    // What the next brace opens: a head that has been read, and not its body.
    let mut head = None;
    for (at, token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        match token.text {
            "{" => scopes.push(head.take().unwrap_or(Scope::Other)),
            "}" => drop(scopes.pop()),
            ";" => head = None, // a function without a body
            "fn" => head = name(rest).map(Scope::Fn).or(head),
            // In a function's head it is a type: `-> impl Future`.
            "impl" | "trait" if head.is_none() => head = Some(Scope::Impl(implemented(rest).1)),
            "macro_rules" => head = name(&rest[1..]).map(Scope::Macro),
            "unsafe" => *items.entry(item(&scopes, rest)).or_default() += 1,
            _ => {}
        }
    }
    items
}

/// Which item an `unsafe` with `rest` behind it is of.
fn item(scopes: &[Scope<'_>], rest: &[Token<'_>]) -> String {
    let next = rest.first().map_or("", |token| token.text);
    if next == "impl" {
        let (of_trait, of_type) = implemented(&rest[1..]);
        return format!("{of_trait} for {of_type}");
    }
    let own = match next {
        "fn" => name(&rest[1..]),
        "extern" => name(&rest[2..]),
        _ => None,
    };
    let function = own.or_else(|| {
        scopes.iter().rev().find_map(|scope| match scope {
            Scope::Fn(name) => Some(*name),
            _ => None,
        })
    });
    let of_macro = scopes.iter().find_map(|scope| match scope {
        Scope::Macro(name) => Some(format!("{name}!")),
        _ => None,
    });
    let of_type = scopes.iter().rev().find_map(|scope| match scope {
        Scope::Impl(name) => Some((*name).to_owned()),
        _ => None,
    });
    let place = of_macro.or(of_type);
    let parts = [place, function.map(str::to_owned)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("::")
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

/// The word that comes first.
fn name<'a>(rest: &[Token<'a>]) -> Option<&'a str> {
    let first = rest.first()?.text;
    is_word(first).then_some(first)
}

/// The trait, if there is one, and the type in an impl's head, without their parameters.
fn implemented<'a>(rest: &[Token<'a>]) -> (&'a str, &'a str) {
    let mut depth = 0;
    let (mut of_trait, mut last, mut before) = ("", "", "");
    for token in rest {
        match token.text {
            "<" => depth += 1,
            ">" if before != "-" => depth -= 1,
            "{" | "where" | ":" if depth == 0 => break,
            "for" if depth == 0 => of_trait = std::mem::take(&mut last),
            text if depth == 0 && is_word(text) => last = text,
            _ => {}
        }
        before = token.text;
    }
    (of_trait, last)
}

#[test]
fn each_unsafe_is_found_with_its_item() {
    let source = r#"
        // unsafe { in a comment }
        #[allow(unsafe_code)]
        unsafe impl<T: ?Sized + Send> Sync for a::Mutex<T> {}
        impl<'a, T: Fn() -> Vec<u8>> Queue<'a, T> {
            fn push(&self, f: impl Fn(&str) -> u8) -> impl Sized { unsafe { one() }; unsafe { two() } }
        }
        impl Drop for Queue<'_, u8> where u8: Copy {
            fn drop(&mut self) { let say = "unsafe"; f(unsafe { self.0 }); }
        }
        trait Table { unsafe fn clone(&self); }
        fn free() { struct S; impl S { fn inner() { unsafe {} } } }
        unsafe extern "C" fn far() {}
        macro_rules! raw { () => { impl From for $t { unsafe fn from() { unsafe {} } } } }
        macro_rules! bare { () => { unsafe { it() } } }
    "#;
    let found: Vec<_> = unsafe_items(source).into_iter().collect();
    let expected = [
        ("Queue::drop", 1),
        ("Queue::push", 2),
        ("S::inner", 1),
        ("Sync for Mutex", 1),
        ("Table::clone", 1),
        ("bare!", 1),
        ("far", 1),
        ("raw!::from", 2),
    ];
    assert_eq!(
        found,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}
