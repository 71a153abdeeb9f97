//! Prints the diagrams.

fn main() -> std::io::Result<()> {
    press::write(&press::diagram::prints())
}
