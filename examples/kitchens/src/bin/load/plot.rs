//! The plot: `docs/kitchens.svg`, memory and latency by the number of connections, both axes by powers of ten.

use crate::figures::{Figures, Row};

struct Style {
    model: &'static str,
    /// They can be told apart by those who see no red or no green.
    colour: &'static str,
    /// Of a dot, in pixels. Each is smaller than those that are drawn before, so that dots on one spot are all seen.
    radius: f64,
}

const STYLES: [Style; 4] = [
    Style {
        model: "process",
        colour: "#d55e00",
        radius: 8.0,
    },
    Style {
        model: "thread",
        colour: "#0072b2",
        radius: 6.0,
    },
    Style {
        model: "pool",
        colour: "#999999",
        radius: 4.0,
    },
    Style {
        model: "chef",
        colour: "#009e73",
        radius: 2.0,
    },
];

/// The size of a panel's plot, in pixels, and its place below the title.
const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 260.0;
const TOP: f64 = 60.0;

struct Panel {
    title: &'static str,
    /// Where its plot begins.
    left: f64,
    value: fn(&Figures) -> f64,
    /// Whether the value is only known to be greater than that.
    is_open: fn(&Figures) -> bool,
    /// The powers of ten at the lower and the upper end.
    powers: (i32, i32),
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "memory with page tables, MiB",
        left: 60.0,
        value: |figures| (figures.memory.pss + figures.memory.page_tables) as f64 / 1024.0,
        is_open: |_| false,
        powers: (-1, 4),
    },
    Panel {
        title: "99 of 100 are answered within, ms",
        left: 530.0,
        value: |figures| figures.p99.millis(),
        is_open: |figures| figures.p99.open,
        powers: (1, 5),
    },
];

/// The powers of ten at the ends of the axis of connections.
const CONNECTIONS: (i32, i32) = (1, 4);

pub(crate) fn svg(rows: &[Row]) -> String {
    let panels: String = PANELS.iter().map(|panel| panel.draw(rows)).collect();
    let legend = legend();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 940 420" font-family="sans-serif" font-size="13" fill="#333">
<rect width="940" height="420" fill="#fff"/>
{legend}{panels}<text x="912" y="400" text-anchor="end">ring: still without an answer after that long</text>
</svg>
"##
    )
}

fn legend() -> String {
    let entry = |(index, style): (usize, &Style)| {
        let Style { model, colour, .. } = style;
        let x = 300 + 95 * index;
        let text = x + 18;
        format!(
            "<circle cx=\"{x}\" cy=\"20\" r=\"5\" fill=\"{colour}\"/><text x=\"{text}\" y=\"24\" text-anchor=\"start\">{model}</text>\n"
        )
    };
    STYLES.iter().enumerate().map(entry).collect()
}

/// Where a value lies between two powers of ten, from 0 to 1.
fn scale(value: f64, (low, high): (i32, i32)) -> f64 {
    (value.log10() - f64::from(low)) / f64::from(high - low)
}

impl Panel {
    fn x(&self, connections: f64) -> f64 {
        self.left + WIDTH * scale(connections, CONNECTIONS)
    }

    fn y(&self, value: f64) -> f64 {
        TOP + HEIGHT * (1.0 - scale(value, self.powers))
    }

    fn draw(&self, rows: &[Row]) -> String {
        let lines: String = STYLES.iter().map(|style| self.curve(rows, style)).collect();
        self.frame() + &lines
    }

    /// The title, the lines at powers of ten, and their numbers.
    fn frame(&self) -> String {
        let (middle, bottom, right) = (self.left + WIDTH / 2.0, TOP + HEIGHT, self.left + WIDTH);
        let mut frame = format!(
            "<g text-anchor=\"middle\"><text x=\"{middle}\" y=\"48\" font-weight=\"bold\">{}</text>\n\
             <text x=\"{middle}\" y=\"{}\">connections</text>\n",
            self.title,
            bottom + 40.0
        );
        for power in CONNECTIONS.0..=CONNECTIONS.1 {
            let value = 10f64.powi(power);
            let x = self.x(value);
            frame += &format!(
                "<path d=\"M{x:.1} {TOP}V{bottom}\" stroke=\"#ddd\"/><text x=\"{x:.1}\" y=\"{}\">{value}</text>\n",
                bottom + 20.0
            );
        }
        for power in self.powers.0..=self.powers.1 {
            let value = 10f64.powi(power);
            let y = self.y(value);
            frame += &format!(
                "<path d=\"M{} {y:.1}H{right}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>\n",
                self.left,
                self.left - 8.0,
                y + 4.0
            );
        }
        frame + "</g>\n"
    }

    /// One model's line. A wait that had no end is a ring instead of a dot.
    fn curve(&self, rows: &[Row], style: &Style) -> String {
        let Style {
            model,
            colour,
            radius,
        } = style;
        let mut path = String::new();
        let mut dots = String::new();
        for row in rows.iter().filter(|row| row.model == *model) {
            let figures = row.median();
            let (x, y) = (self.x(row.guests as f64), self.y((self.value)(&figures)));
            let fill = if (self.is_open)(&figures) {
                "#fff"
            } else {
                colour
            };
            path += &format!("{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
            dots +=
                &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\"/>");
        }
        format!(
            "<g stroke=\"{colour}\" stroke-width=\"2\"><path d=\"{path}\" fill=\"none\"/>{dots}</g>\n"
        )
    }
}
