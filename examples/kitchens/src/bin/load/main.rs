//! Measures the four kitchens beside each other, and writes `docs/kitchens.md` and `docs/kitchens.svg`. Run by `scripts/kitchens`.
//!
//! Each model is a process of its own, with 10, 100, 1,000 and 5,000 guests who keep their connections and order again and again. The
//! models take turns in each round, so that a busy minute of the machine is not one model's alone; a figure is the median of the rounds.
//!
//! | file | what |
//! |---|---|
//! | `kitchen.rs` | starts a model, and ends it |
//! | `guests.rs` | the guests, and how long they wait |
//! | `memory.rs` | what a model takes of the machine, with all its processes |
//! | `figures.rs` | percentiles and medians |
//! | `table.rs`, `plot.rs` | the page and the plot |

mod figures;
mod guests;
mod kitchen;
mod memory;
mod options;
mod plot;
mod table;

use std::error::Error;
use std::fs;

use crate::figures::{Figures, Row};
use crate::guests::Visit;
use crate::kitchen::Kitchen;
use crate::options::Options;

const MODELS: [&str; 4] = ["process", "thread", "pool", "chef"];

fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = Options::parse()? else {
        println!("{}", options::HELP);
        return Ok(());
    };
    let rows = measure(&options)?;
    fs::write(
        options.folder.join("kitchens.md"),
        table::page(&rows, &options),
    )?;
    fs::write(options.folder.join("kitchens.svg"), plot::svg(&rows))?;
    println!("{}", table::table(&rows));
    Ok(())
}

/// A row for each model and each number of guests.
fn measure(options: &Options) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for &guests in &options.guests {
        rows.extend(MODELS.map(|model| Row::new(model, guests)));
    }
    for round in 1..=options.rounds {
        for row in &mut rows {
            let figures = measure_one(row.model, row.guests, options)?;
            eprintln!("round {round}, {}: {figures}", row.name());
            row.rounds.push(figures);
        }
    }
    Ok(rows)
}

fn measure_one(model: &str, guests: usize, options: &Options) -> Result<Figures, Box<dyn Error>> {
    let kitchen = Kitchen::start(model, options.slow)?;
    let visit = Visit {
        address: kitchen.address,
        guests,
        think: options.think,
        window: options.window,
    };
    let figures = toque::Runtime::new()?.block_on(guests::visit(visit, kitchen.pid()))?;
    kitchen.end()?;
    Ok(figures)
}
