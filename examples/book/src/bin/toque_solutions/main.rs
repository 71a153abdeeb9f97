//! The solutions of the exercises of chapters 7 to 12: `cargo run -p book --bin toque_solutions 7_1` runs one.

mod solution_7_1;
mod solution_7_2;
mod solution_8_1;
mod solution_8_2;
mod solution_9_1;
mod solution_9_2;

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("7_1") => solution_7_1::main(),
        Some("7_2") => solution_7_2::main(),
        Some("8_1") => solution_8_1::main(),
        Some("8_2") => solution_8_2::main(),
        Some("9_1") => solution_9_1::main(),
        Some("9_2") => solution_9_2::main(),
        _ => Err(std::io::Error::other("name a solution, as 7_1")),
    }
}
