//! The table, and the page around it: `docs/kitchens.md`.

use crate::figures::Row;
use crate::options::Options;

/// The page, with what has to be known to read the table.
pub(crate) fn page(rows: &[Row], options: &Options) -> String {
    let Options {
        rounds,
        window,
        think,
        slow,
        note,
        ..
    } = options;
    let table = table(rows);
    format!(
        "\
# Four kitchens

One menu, served by a process for each connection, a thread for each connection, a pool of 16 threads, and toque's chef
(`examples/kitchens`). Written by `scripts/kitchens`, which measures it again.

![Memory and latency by the number of connections](kitchens.svg)

{table}
- Measured: {note}.
- The database takes {} ms. A guest keeps the connection, orders, waits, thinks for {} ms, and orders again, so no kitchen can answer
  faster than {} ms, nor more than a guest's {:.1} orders a second. Kitchen and guests share the machine.
- Each figure is the median over {rounds} rounds of {} s, in which the models take turns.
- *served*: connections that had an answer in the round. Those that had none count in p50 and p99 with the time they had waited by then;
  `>` marks a wait that had no end.
- *memory*: the PSS of all processes, so that what forks share is counted once. *page tables* are the kernel's, and come on top; so do
  the kernel's own stacks, 16 KiB for each thread or process.
- The pool's waiter stays with a guest until the connection is closed. More than 16 that are kept open are more than it can serve.
",
        slow.as_millis(),
        think.as_millis(),
        slow.as_millis(),
        1.0 / (*think + *slow).as_secs_f64(),
        window.as_secs(),
    )
}

/// A row for each model and number of guests.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table = "\
| model | connections | served | processes | threads | memory, MiB | page tables, MiB | p50, ms | p99, ms | answers/s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"
    .to_owned();
    for row in rows {
        table += &line(row);
    }
    table
}

fn line(row: &Row) -> String {
    let figures = row.median();
    let memory = figures.memory;
    format!(
        "| {} | {} | {} | {} | {} | {:.1} | {:.1} | {} | {} | {:.0} |\n",
        row.model,
        row.guests,
        figures.served,
        memory.processes,
        memory.threads,
        memory.pss as f64 / 1024.0,
        memory.page_tables as f64 / 1024.0,
        figures.p50,
        figures.p99,
        figures.answers,
    )
}
