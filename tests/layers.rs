//! The layers: a module imports from lower levels and from its own folder, and from nowhere else.
//! Read from the sources themselves; DESIGN.md says what lives on which level.

#[path = "layers/tokens.rs"]
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};

use tokens::{Token, tokens};

/// The modules at the root of the crate, by level. `lib.rs` stands above them: it names them all, and has no logic.
const LEVELS: [&[&str]; 10] = [
    // std or loom, and the end of a panic
    &["shim", "swallow"],
    // no runtime needed
    &[
        "clock",
        "figure",
        "future",
        "json",
        "numbered",
        "readiness",
        "rng",
        "waits",
        "waker",
    ],
    // no I/O and no clock of their own
    &["histogram", "ready_list", "sync", "timers"],
    // parts that do not know each other; `io_util` has seats of `sync`, and the budget
    &["executor", "io_util", "local", "pool", "reactor", "sim"],
    // where they meet
    &["runtime"],
    // what applications use; `task` is a face in lib.rs
    &[
        "abort_on_drop",
        "async_fd",
        "fs",
        "join_set",
        "net",
        "scope",
        "signal",
        "stdio",
        "task",
        "task_builder",
        "task_local",
        "task_tracker",
        "time",
        "trace",
    ],
    // what stands on several of those: a child process is waited for by a signal, and talked to by pipes
    &["process"],
    // faces towards other crates, and what stands on all the rest
    &["compat", "cores", "macros"],
    // what stands on those
    &["http"],
    // words: in the documentation only
    &["guide"],
];

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

/// A file of `src`, by its path in there.
struct File<'a> {
    path: &'a str,
    /// The modules that lead to it from the root: the file's own included.
    modules: Vec<&'a str>,
}

impl<'a> File<'a> {
    fn new(path: &'a str) -> Self {
        let mut modules: Vec<_> = path.trim_end_matches(".rs").split('/').collect();
        if modules.last() == Some(&"mod") {
            modules.pop();
        }
        // `pool_loom.rs` holds the models of `pool`, `pool_tests.rs` its tests: `#[path]` makes them its children.
        let last = modules.pop().unwrap_or_default();
        match ["_loom", "_tests"]
            .iter()
            .find_map(|end| last.strip_suffix(end))
        {
            Some(parent) => modules.extend([parent, last]),
            None => modules.push(last),
        }
        Self { path, modules }
    }

    /// The module at the root that the file belongs to.
    fn home(&self) -> &'a str {
        self.modules[0]
    }

    /// Whether it may name loom: the shim, and the models beside what they model.
    fn may_name_loom(&self) -> bool {
        self.home() == "shim" || self.modules.iter().any(|module| module.contains("loom"))
    }

    fn complaint(&self, line: usize, text: &str) -> String {
        format!("src/{}:{line}: {text}", self.path)
    }
}

/// All that is wrong with a file.
fn complaints(path: &str, source: &str) -> Vec<String> {
    let file = File::new(path);
    let Some(own) = level(file.home()) else {
        let name = file.home();
        return vec![file.complaint(
            1,
            &format!("`{name}` has no level: add it to LEVELS in tests/layers.rs"),
        )];
    };
    let names = names(&file, &tokens(source));
    let imports = names.from_root.iter().filter_map(|name| {
        let rule = broken_rule(file.home(), own, name.text)?;
        Some(file.complaint(name.line, &rule))
    });
    let looms = names
        .loom
        .iter()
        .filter(|_| !file.may_name_loom())
        .map(|name| {
            file.complaint(
                name.line,
                "`loom` is named by shim.rs and by models only: take it from `crate::shim`",
            )
        });
    imports.chain(looms).collect()
}

/// Why a module at level `own` may not import `name` from the root, if so.
fn broken_rule(home: &str, own: usize, name: &str) -> Option<String> {
    if name == home {
        return None;
    }
    let Some(level) = level(name) else {
        return Some(format!(
            "`crate::{name}` is no module with a level: import from the module itself, or add it to LEVELS in tests/layers.rs"
        ));
    };
    (level >= own).then(|| {
        format!(
            "`{home}` (level {own}) imports `{name}` (level {level}): only lower levels and the own folder may be imported"
        )
    })
}

/// What a file names that concerns the layers.
#[derive(Default)]
struct Names<'a> {
    /// Children of the crate's root.
    from_root: Vec<Token<'a>>,
    loom: Vec<Token<'a>>,
}

fn names<'a>(file: &File<'_>, tokens: &[Token<'a>]) -> Names<'a> {
    let mut names = Names::default();
    let exports_macros = tokens.iter().any(|token| token.text == "macro_export");
    // For each open brace: whether it is a module's, and if so whether of models.
    let mut braces: Vec<Option<Module>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| tokens[at].text);
        let after = &tokens[at + 1..];
        match token.text {
            "{" => braces.push(Module::opened(&tokens[..at])),
            "}" => drop(braces.pop()),
            // What an exported macro writes is written in its user's crate, by the public names.
            "crate" if before == "$" && exports_macros => {}
            "crate" => names.from_root.extend(children(after)),
            "super" if before != "::" => {
                let depth = file.modules.len() + braces.iter().flatten().count();
                names.from_root.extend(above(after, depth));
            }
            "loom" if is_path(after) && before != "::" => {
                let in_model = braces.iter().flatten().any(|module| module.is_model);
                names.loom.extend((!in_model).then_some(*token));
            }
            _ => {}
        }
    }
    names
}

/// A module within a file: `mod name { … }`.
struct Module {
    is_model: bool,
}

impl Module {
    /// The module whose brace opens after `before`, if it is one's.
    fn opened(before: &[Token<'_>]) -> Option<Self> {
        let [.., keyword, name] = before else {
            return None;
        };
        (keyword.text == "mod").then(|| Self {
            is_model: name.text == "loom_models",
        })
    }
}

fn is_path(after: &[Token<'_>]) -> bool {
    after.first().is_some_and(|token| token.text == "::")
}

/// The names that `after`, which follows `crate` or as many `super` as lead there, takes from the root: one, or the first of
/// each path in a group.
fn children<'a>(after: &[Token<'a>]) -> Vec<Token<'a>> {
    if !is_path(after) {
        return Vec::new(); // `pub(crate)`
    }
    match after.get(1) {
        Some(token) if token.text == "{" => group(&after[2..]),
        token => token.into_iter().copied().collect(),
    }
}

fn group<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut depth = 0;
    let mut first = true; // of a path
    let mut names = Vec::new();
    for token in tokens {
        match token.text {
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "{" => depth += 1,
            "," if depth == 0 => first = true,
            _ if first => {
                names.push(*token);
                first = false;
            }
            _ => {}
        }
    }
    names
}

/// The same for `super::super::…`, from a module `depth` steps below the root. Items of the root that are no modules have no
/// level of their own, so they count only if they are named by `crate::`.
fn above<'a>(after: &[Token<'a>], depth: usize) -> Vec<Token<'a>> {
    let supers = 1 + after
        .chunks_exact(2)
        .take_while(|pair| pair[0].text == "::" && pair[1].text == "super")
        .count();
    if supers < depth {
        return Vec::new();
    }
    children(&after[2 * (supers - 1)..])
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_module_imports_upwards_or_sideways() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.retain(|path| *path != src.join("lib.rs"));
    files.sort();
    assert!(
        files.contains(&src.join("shim.rs")),
        "these are not the sources"
    );

    let complaints: Vec<_> = files
        .iter()
        .flat_map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_str().unwrap();
            complaints(&name.replace('\\', "/"), &fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The lines that are complained about.
fn lines(path: &str, source: &str) -> Vec<usize> {
    let place = format!("src/{path}:");
    let line = |text: String| text[place.len()..].split_once(':')?.0.parse().ok();
    complaints(path, source)
        .into_iter()
        .filter_map(line)
        .collect()
}

#[test]
fn an_import_from_a_lower_level_or_the_own_folder_passes() {
    let source = "use crate::waker::Ring;\nuse crate::{future::budget, executor::home::{Home, here}};\nuse super::local;";
    assert_eq!(complaints("executor/task.rs", source), [""; 0]);
}

#[test]
fn an_import_from_a_higher_level_is_found() {
    let complaints = complaints("timers.rs", "\nuse crate::runtime::Runtime;");
    let expected = "src/timers.rs:2: `timers` (level 2) imports `runtime` (level 4): only lower levels and the own folder may be \
                    imported";
    assert_eq!(complaints, [expected]);
}

#[test]
fn an_import_from_the_same_level_is_found() {
    assert_eq!(lines("reactor/mod.rs", "use crate::executor::here;"), [1]);
    assert_eq!(
        lines("net/tcp/stream.rs", "fn f() {\n    crate::time::sleep()\n}"),
        [2]
    );
}

#[test]
fn each_path_of_a_group_is_looked_at() {
    assert_eq!(
        lines(
            "net/udp.rs",
            "use crate::{\n    runtime::{self, spawn},\n    time::Sleep,\n};"
        ),
        [3]
    );
}

#[test]
fn what_a_macro_writes_counts_unless_it_is_exported() {
    let macro_rules = "macro_rules! m { () => { $crate::net::f() } }";
    assert_eq!(lines("sync/lent.rs", macro_rules), [1]);
    assert_eq!(
        lines("sync/lent.rs", &format!("#[macro_export]\n{macro_rules}")),
        [0; 0]
    );
}

#[test]
fn the_way_to_the_root_by_super_is_followed() {
    assert_eq!(lines("waker.rs", "use super::reactor;"), [1]);
    assert_eq!(
        lines("executor/task.rs", "use super::super::reactor::Poll;"),
        [1]
    );
    assert_eq!(
        lines(
            "executor/task.rs",
            "mod inner { use super::super::reactor; }"
        ),
        [0; 0]
    );
    assert_eq!(
        lines(
            "executor/task.rs",
            "mod inner { use super::super::super::reactor; }"
        ),
        [1]
    );
    assert_eq!(lines("pool_loom.rs", "use super::reactor;"), [0; 0]);
    assert_eq!(lines("timers.rs", "mod tests { use super::*; }"), [0; 0]);
}

#[test]
fn a_name_at_the_root_that_is_no_module_is_found() {
    assert_eq!(
        lines("net/tcp.rs", "use crate::spawn;\nuse crate::*;"),
        [1, 2]
    );
}

#[test]
fn comments_and_strings_import_nothing() {
    let source = "//! [`spawn`](crate::runtime::spawn)\nfn f() -> &'static str {\n    \"crate::net\" // crate::net\n}";
    assert_eq!(lines("timers.rs", source), [0; 0]);
    assert_eq!(lines("timers.rs", "pub(crate) struct Timers;"), [0; 0]);
}

#[test]
fn a_module_without_a_level_is_found() {
    let complaints = complaints("oven/door.rs", "");
    assert_eq!(
        complaints,
        ["src/oven/door.rs:1: `oven` has no level: add it to LEVELS in tests/layers.rs"]
    );
}

#[test]
fn loom_is_named_by_the_shim_and_by_models_only() {
    let source = "use loom::sync::Arc;";
    assert_eq!(lines("sync/seat.rs", source), [1]);
    for path in [
        "shim.rs",
        "pool_loom.rs",
        "sync/loom_tools.rs",
        "sync/mutex/loom_models.rs",
    ] {
        assert_eq!(lines(path, source), [0; 0], "{path}");
    }
    let beside =
        "#[cfg(all(test, loom))]\nmod loom_models {\n    use loom::model;\n}\nuse loom::model;";
    assert_eq!(lines("sync/seat.rs", beside), [5]);
}
