//! The solutions of the exercises of chapters 0 to 6: `cargo run -p tutorial --bin
//! solutions 4_1` runs one.

mod solution_0_1;
mod solution_0_2;
mod solution_1_1;
mod solution_1_2;
mod solution_2_1;
mod solution_2_2;
mod solution_3_1;
mod solution_3_2;
mod solution_4_1;
mod solution_4_2;
mod solution_5_1;
#[allow(unsafe_code)] // a descriptor's number, after its owner has closed it
mod solution_5_2;
mod solution_6_1;
mod solution_6_2;

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("0_1") => solution_0_1::main(),
        Some("0_2") => solution_0_2::main(),
        Some("1_1") => solution_1_1::main(),
        Some("1_2") => solution_1_2::main(),
        Some("2_1") => solution_2_1::main(),
        Some("2_2") => solution_2_2::main(),
        Some("3_1") => solution_3_1::main(),
        Some("3_2") => solution_3_2::main(),
        Some("4_1") => solution_4_1::main(),
        Some("4_2") => solution_4_2::main(),
        Some("5_1") => solution_5_1::main(),
        Some("5_2") => solution_5_2::main(),
        Some("6_1") => solution_6_1::main(),
        Some("6_2") => solution_6_2::main(),
        _ => Err(std::io::Error::other("name a solution, as 4_1")),
    }
}
