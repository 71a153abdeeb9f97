//! The solutions of the exercises of chapters 7 to 12: `cargo run -p book --bin
//! toque_solutions 7_1` runs one.

mod solution_10_1;
mod solution_10_2;
mod solution_11_1;
mod solution_11_2;
mod solution_12_1;
mod solution_12_2;
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
        Some("10_1") => solution_10_1::main(),
        Some("10_2") => solution_10_2::main(),
        Some("11_1") => solution_11_1::main(),
        Some("11_2") => solution_11_2::main(),
        Some("12_1") => solution_12_1::main(),
        Some("12_2") => solution_12_2::main(),
        _ => Err(std::io::Error::other("name a solution, as 7_1")),
    }
}
