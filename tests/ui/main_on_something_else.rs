#[toque::main]
struct Soup;

fn main() {}
