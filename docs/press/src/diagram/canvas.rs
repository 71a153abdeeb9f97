//! The canvas: what a diagram is drawn on. It knows boxes, arrows and words, and complains of words that do not fit.

use std::fmt::Write;

/// As wide as a telephone's page, nearly.
pub(super) const WIDTH: i32 = 440;

/// Its own ground, so that it is readable on a page of any colour; and the reader's choice of light or dark.
const STYLE: &str = "\
.ground{fill:#fff}.frame{fill:none;stroke:#8a97a8;stroke-dasharray:5 4}
.box{fill:#eef3fa;stroke:#33475b}.warm{fill:#fdf1de;stroke:#8a5a12}
.arrow{fill:none;stroke:#33475b;stroke-width:1.6}.head{fill:#33475b}
text{fill:#16202b;font:15px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}
.name{font-weight:bold}.code{font:13px ui-monospace,Menlo,'DejaVu Sans Mono',monospace}.note{fill:#44546a;font-size:14px}
@media(prefers-color-scheme:dark){
.ground{fill:#161b24}.frame{stroke:#7d8899}.box{fill:#22304a;stroke:#9db2cf}.warm{fill:#43351c;stroke:#e0b66a}
.arrow{stroke:#b9c6d8}.head{fill:#b9c6d8}text{fill:#e9eef5}.note{fill:#b3bfce}}";

/// A line of words, and how it is set.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    /// What a box is.
    Name(&'a str),
    /// A name of the source.
    Code(&'a str),
    /// What there is to say of it.
    Note(&'a str),
}

use Line::{Code, Name, Note};

impl Line<'_> {
    fn class(self) -> &'static str {
        match self {
            Name(_) => "name",
            Code(_) => "code",
            Note(_) => "note",
        }
    }

    fn words(self) -> String {
        let (Name(words) | Code(words) | Note(words)) = self;
        words
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    }

    /// How wide the line is at most, in the widest of usual fonts.
    fn width(self) -> i32 {
        let (Name(words) | Code(words) | Note(words)) = self;
        let length = i32::try_from(words.chars().count()).expect("a line is short");
        // In tenths of a pixel for each character.
        let each = match self {
            Name(_) => 88,
            Code(_) => 79,
            Note(_) => 72,
        };
        length * each / 10
    }
}

/// Where a line's words stand in relation to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A box.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Area {
    pub(super) fn middle(self) -> i32 {
        self.x + self.width / 2
    }

    pub(super) fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub(super) fn right(self) -> i32 {
        self.x + self.width
    }

    /// The height of its middle.
    pub(super) fn waist(self) -> i32 {
        self.y + self.height / 2
    }
}

/// See the module.
pub(super) struct Canvas {
    height: i32,
    title: &'static str,
    body: String,
}

impl Canvas {
    /// `title` is what those hear who can't see it.
    pub(super) fn new(title: &'static str, height: i32) -> Self {
        let body = String::new();
        Self {
            height,
            title,
            body,
        }
    }

    /// A box with its lines in the middle.
    pub(super) fn node(&mut self, area: Area, lines: &[Line<'_>]) {
        self.area("box", area, lines);
    }

    /// A box of another colour.
    pub(super) fn warm(&mut self, area: Area, lines: &[Line<'_>]) {
        self.area("warm", area, lines);
    }

    /// A box around boxes.
    pub(super) fn frame(&mut self, area: Area) {
        self.area("frame", area, &[]);
    }

    fn area(&mut self, class: &str, area: Area, lines: &[Line<'_>]) {
        let Area {
            x,
            y,
            width,
            height,
        } = area;
        self.write(format_args!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>"#
        ));
        let count = i32::try_from(lines.len()).expect("a box has few lines");
        let mut baseline = area.waist() - count * 10 + 15;
        for line in lines {
            assert!(line.width() <= width - 8, "too wide: {}", line.words());
            self.line(area.middle(), baseline, Anchor::Middle, *line);
            baseline += 20;
        }
    }

    /// Words by themselves.
    pub(super) fn line(&mut self, x: i32, y: i32, anchor: Anchor, line: Line<'_>) {
        let width = line.width();
        let (left, name) = match anchor {
            Anchor::Start => (x, "start"),
            Anchor::Middle => (x - width / 2, "middle"),
            Anchor::End => (x - width, "end"),
        };
        let words = line.words();
        assert!(
            left >= 0 && left + width <= WIDTH && y < self.height,
            "beyond the edge: {words}"
        );
        self.write(format_args!(
            r#"<text class="{}" x="{x}" y="{y}" text-anchor="{name}">{words}</text>"#,
            line.class()
        ));
    }

    /// Words that are read upwards, their middle at a point.
    pub(super) fn upwards(&mut self, x: i32, y: i32, line: Line<'_>) {
        self.write(format_args!(
            r#"<text class="{}" transform="translate({x} {y}) rotate(-90)" text-anchor="middle">{}</text>"#,
            line.class(),
            line.words()
        ));
    }

    /// A line through `points` with a head at its end.
    pub(super) fn arrow(&mut self, points: &[(i32, i32)]) {
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
        self.write(format_args!(
            r#"<path class="arrow" marker-end="url(#head)" d="M{}"/>"#,
            path.join("L")
        ));
    }

    fn write(&mut self, element: std::fmt::Arguments<'_>) {
        writeln!(self.body, "{element}").expect("a string takes all");
    }

    /// The picture. It has no empty line, so that it may stand in a page of Markdown.
    pub(super) fn finish(self) -> String {
        let Self {
            height,
            title,
            body,
        } = self;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
<!-- Printed by scripts/diagrams from docs/press/src/diagram. -->
<title>{title}</title>
<style>{STYLE}</style>
<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto" markerUnits="userSpaceOnUse"><path class="head" d="M0 0L9 4L0 8z"/></marker></defs>
<rect class="ground" width="{WIDTH}" height="{height}" rx="10"/>
{body}</svg>
"#
        )
    }
}
