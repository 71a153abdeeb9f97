//! A child may not borrow what ends with the body: it may live longer.

fn main() {
    let _ = toque::scope(async |s| {
        let dish = String::from("soup");
        s.spawn(async { dish.len() });
    });
}
