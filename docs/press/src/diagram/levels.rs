//! The levels: who may import from whom. Read from the test that sees to it, `tests/layers.rs`.

use super::canvas::{Anchor, Area, Canvas, Line};
use Line::{Code, Name, Note};

/// A level: what is said of it, and its modules.
struct Level {
    about: String,
    modules: Vec<String>,
}

/// The levels of `const LEVELS`, the lowest first, with those modules that `lib.rs` has: the test knows some that are planned.
fn levels(source: &str, lib: &str) -> Vec<Level> {
    let exists = |module: &&str| {
        [";", " {"]
            .iter()
            .any(|end| lib.contains(&format!("mod {module}{end}")))
    };
    let (_, table) = source
        .split_once("const LEVELS")
        .expect("the table is there");
    let (table, _) = table.split_once("\n];").expect("the table ends");
    table
        .split("\n    // ")
        .skip(1)
        .map(|level| {
            let (about, modules) = level.split_once('\n').expect("a comment is a line");
            Level {
                // What a clause adds is for readers of the test.
                about: about
                    .split([';', ':', ','])
                    .next()
                    .unwrap_or(about)
                    .to_owned(),
                modules: modules
                    .split('"')
                    .skip(1)
                    .step_by(2)
                    .filter(exists)
                    .map(str::to_owned)
                    .collect(),
            }
        })
        .collect()
}

/// The modules in lines of at most `length` characters.
fn lines(modules: &[String], length: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for module in modules {
        let last = lines.last_mut().expect("there is one");
        if last.is_empty() {
            last.push_str(module);
        } else if last.len() + 2 + module.len() <= length {
            *last += &format!(", {module}");
        } else {
            lines.push(module.clone());
        }
    }
    lines
}

pub(super) fn draw() -> Canvas {
    let [source, lib] = ["tests/layers.rs", "src/lib.rs"].map(crate::pages::read);
    let levels: Vec<_> = levels(&source, &lib)
        .into_iter()
        .map(|level| (lines(&level.modules, 45), level.about))
        .collect();
    assert!(levels.len() > 6, "{} levels", levels.len());
    let height = |lines: &Vec<String>| 20 * i32::try_from(lines.len()).expect("few lines") + 34;
    let whole: i32 = levels.iter().map(|(lines, _)| height(lines) + 8).sum();
    let mut canvas = Canvas::new(
        "The levels of toque's modules. A module imports from lower levels and from its own folder, and from nowhere else.",
        whole + 40,
    );
    let mut y = 10;
    for (number, (lines, about)) in levels.iter().enumerate().rev() {
        let area = Area {
            x: 46,
            y,
            width: 384,
            height: height(lines),
        };
        canvas.line(
            28,
            area.waist() + 5,
            Anchor::Middle,
            Name(&number.to_string()),
        );
        let mut words = vec![Note(about)];
        words.extend(lines.iter().map(|line| Code(line)));
        canvas.node(area, &words);
        y = area.bottom() + 8;
    }
    canvas.line(
        46,
        y + 16,
        Anchor::Start,
        Note("A module imports from below and its own folder."),
    );
    canvas
}
