//! From another thread, a future must be `Send`: it goes to the runtime's.

fn main() {
    let runtime = toque::Runtime::new().unwrap();
    let order = std::rc::Rc::new("soup");
    runtime.handle().spawn(async move { order.len() });
}
