//! The messages are those of an `async fn`.

#[toque::main]
async fn missing_output() {
    Ok(())
}

#[toque::main]
async fn missing_output_of_return() {
    return Ok(());
}

#[toque::main]
async fn extra_semicolon() -> Result<(), ()> {
    Ok(());
}

#[toque::main]
async fn question_mark() {
    std::fs::read("soup")?;
}

#[toque::main]
async fn wrong_argument(text: &str) -> u32 {
    text.len()
}

fn main() {}
