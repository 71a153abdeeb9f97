//! What the children borrow stays borrowed for as long as the scope's future is there.

fn main() {
    let dish = String::from("soup");
    let scope = toque::scope(async |s| {
        s.spawn(async { println!("{dish}") });
    });
    drop(dish);
    drop(scope);
}
