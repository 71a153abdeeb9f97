//! The plot: a line for each measure, a dot for each contestant, by its ratio to the best peer. Written by hand as SVG.
//! The axis is logarithmic, so that half and double are as far from even.

use std::fmt::Write as _;

use crate::contestant::Contestant;
use crate::report::{Entry, Line};

const WIDTH: f64 = 1300.0;
/// Where the axis begins and ends; the titles stand before it.
const LEFT: f64 = 670.0;
const RIGHT: f64 = 1270.0;
const TOP: f64 = 90.0;
const STEP: f64 = 24.0;
/// Ratios from an eighth to sixteen; what is beyond sits on the edge.
const LOWEST: f64 = -3.0;
const HIGHEST: f64 = 4.0;

/// The whole picture.
pub(crate) fn svg(lines: &[Line], caption: &str) -> String {
    let lines: Vec<&Line> = lines.iter().filter(|line| has_ratios(line)).collect();
    let bottom = TOP + STEP * lines.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"20\" y=\"24\" font-size=\"16\">Cost against the best peer: left is cheaper</text>\n\
         <text x=\"20\" y=\"44\" fill=\"#666\">{caption}</text>\n",
        height = bottom + 20.0,
        caption = escaped(caption),
    );
    legend(&mut svg);
    axis(&mut svg, bottom);
    for (number, line) in lines.iter().enumerate() {
        let y = TOP + STEP * (number as f64 + 0.5);
        let title = escaped(&line.title);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{title}</text>",
            LEFT - 12.0,
            y + 4.0
        );
        // toque last, so that its dot lies on top
        for entry in line.entries.iter().rev() {
            dot(&mut svg, entry, y);
        }
    }
    svg + "</svg>\n"
}

fn has_ratios(line: &Line) -> bool {
    line.entries.iter().any(|entry| entry.ratio().is_some())
}

fn legend(svg: &mut String) {
    for (number, contestant) in Contestant::ALL.into_iter().enumerate() {
        let x = 26.0 + 130.0 * number as f64;
        let fill = color(contestant);
        let name = contestant.name();
        let _ = writeln!(
            svg,
            "<circle cx=\"{x}\" cy=\"62\" r=\"6\" fill=\"{fill}\"/>"
        );
        let _ = writeln!(svg, "<text x=\"{}\" y=\"66\">{name}</text>", x + 12.0);
    }
}

/// Upright lines at each doubling; the one at even is dark.
fn axis(svg: &mut String, bottom: f64) {
    for power in LOWEST as i32..=HIGHEST as i32 {
        let ratio = f64::from(power).exp2();
        let x = place(ratio);
        let stroke = if power == 0 { "#333" } else { "#ddd" };
        let _ = writeln!(svg, "<path d=\"M{x} {TOP}V{bottom}\" stroke=\"{stroke}\"/>");
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"#666\">{ratio}</text>",
            TOP - 6.0
        );
    }
}

fn dot(svg: &mut String, entry: &Entry, y: f64) {
    let Some(ratio) = entry.ratio() else { return };
    let radius = if entry.contestant == Contestant::Toque {
        7.0
    } else {
        5.0
    };
    let _ = writeln!(
        svg,
        "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"{radius}\" fill=\"{}\"><title>{} {ratio:.2}</title></circle>",
        place(ratio),
        color(entry.contestant),
        entry.contestant.name(),
    );
}

/// Where a ratio lies on the axis.
fn place(ratio: f64) -> f64 {
    let power = ratio.log2().clamp(LOWEST, HIGHEST);
    LEFT + (RIGHT - LEFT) * (power - LOWEST) / (HIGHEST - LOWEST)
}

/// Colours that the colour-blind can tell apart (Okabe and Ito).
fn color(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Toque => "#d55e00",
        Contestant::Tokio => "#0072b2",
        Contestant::TokioLocal => "#56b4e9",
        Contestant::Smol => "#009e73",
        Contestant::Monoio => "#cc79a7",
        Contestant::Bare => "#999999",
        Contestant::BareBuffers => "#444444",
        Contestant::Node => "#e69f00",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A curve for each contestant, by the size of the crowd.
pub(crate) struct Panel<'a> {
    pub(crate) title: String,
    /// What it cost at each size; no number where it was not measured.
    pub(crate) lines: &'a [(Contestant, Vec<f64>)],
}

/// A panel's size, and the place of its axes in it.
const PANEL: (f64, f64) = (590.0, 300.0);
const PLOT: (f64, f64, f64, f64) = (60.0, 40.0, 570.0, 260.0);

/// The panels, two beside each other. Both axes are logarithmic; the upright one has a line at each doubling.
pub(crate) fn curves(panels: &[Panel<'_>], sizes: &[u64], caption: &str) -> String {
    let height = 90.0 + PANEL.1 * panels.len().div_ceil(2) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"20\" y=\"24\" font-size=\"16\">Cost by the size of the crowd: flat is good, low is cheap</text>\n\
         <text x=\"20\" y=\"44\" fill=\"#666\">{}</text>\n",
        escaped(caption),
    );
    legend(&mut svg);
    for (number, panel) in panels.iter().enumerate() {
        let x = 10.0 + PANEL.0 * (number % 2) as f64;
        let y = 80.0 + PANEL.1 * (number / 2) as f64;
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        draw(&mut svg, panel, sizes);
        svg += "</g>\n";
    }
    svg + "</svg>\n"
}

fn draw(svg: &mut String, panel: &Panel<'_>, sizes: &[u64]) {
    let (left, top, right, bottom) = PLOT;
    let costs = || {
        panel
            .lines
            .iter()
            .flat_map(|(_, costs)| costs.iter())
            .filter(|it| !it.is_nan())
    };
    let lowest = costs().fold(f64::INFINITY, |a, b| a.min(*b)).log2().floor();
    let highest = costs().fold(1.0_f64, |a, b| a.max(*b)).log2().ceil();
    let x = |number: usize| left + (right - left) * number as f64 / (sizes.len() - 1) as f64;
    let y =
        |cost: f64| bottom - (bottom - top) * (cost.log2() - lowest) / (highest - lowest).max(1.0);
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\">{}</text>",
        top - 16.0,
        escaped(&panel.title)
    );
    for (number, size) in sizes.iter().enumerate() {
        let x = x(number);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"#666\">{size}</text>",
            bottom + 18.0
        );
    }
    for power in lowest as i32..=highest as i32 {
        let cost = f64::from(power).exp2();
        let y = y(cost);
        let _ = writeln!(svg, "<path d=\"M{left} {y:.1}H{right}\" stroke=\"#ddd\"/>");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#666\">{cost}</text>",
            left - 6.0,
            y + 4.0
        );
    }
    // toque last, so that its line lies on top
    for (contestant, costs) in panel.lines.iter().rev() {
        let points = costs.iter().enumerate().filter(|(_, cost)| !cost.is_nan());
        let points: Vec<String> = points
            .map(|(number, cost)| format!("{:.1},{:.1}", x(number), y(*cost)))
            .collect();
        let width = if *contestant == Contestant::Toque {
            3
        } else {
            2
        };
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"><title>{}</title></polyline>",
            points.join(" "),
            color(*contestant),
            contestant.name(),
        );
    }
}
