//! Prints the book's pages for rustdoc.

fn main() -> std::io::Result<()> {
    press::write(&press::guide::prints())
}
