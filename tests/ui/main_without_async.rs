#[toque::main]
fn main() {
    toque::task::yield_now().await;
}
