//! A runtime stays on the thread that made it.

fn main() {
    let runtime = toque::Runtime::new().unwrap();
    std::thread::spawn(move || runtime.block_on(async {}));
}
