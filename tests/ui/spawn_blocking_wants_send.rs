//! A blocking job runs on a thread of the pool, so it must be `Send`.

fn main() {
    let runtime = toque::Runtime::new().unwrap();
    let order = std::rc::Rc::new("soup");
    runtime.spawn_blocking(move || order.len());
}
