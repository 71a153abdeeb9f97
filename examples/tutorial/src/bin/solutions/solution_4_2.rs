//! Two senders and one who sleeps: who rings?

use std::io;

use tutorial::injector::Injector;

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let injector = Injector::default();
    println!("the chef may sleep: {}", injector.park());
    println!("the first sender rings: {}", injector.push("cheese"));
    println!("the second sender rings: {}", injector.push("bread"));
    println!("the chef finds {:?}", injector.take());
    Ok(())
}
// ANCHOR_END: main
