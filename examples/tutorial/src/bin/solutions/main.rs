//! The solutions of the exercises of chapters 0 to 6: `cargo run -p tutorial --bin solutions 4_1` runs one.

mod solution_4_1;
mod solution_4_2;

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("4_1") => {
            solution_4_1::main();
            Ok(())
        }
        Some("4_2") => {
            solution_4_2::main();
            Ok(())
        }
        _ => Err(std::io::Error::other("name a solution, as 4_1")),
    }
}
