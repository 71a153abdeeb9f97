//! Two senders and one who sleeps: who rings?

use tutorial::injector::Injector;

// ANCHOR: main
pub(crate) fn main() {
    let injector = Injector::default();
    println!("the chef may sleep: {}", injector.park());
    println!("the first sender rings: {}", injector.push("cheese"));
    println!("the second sender rings: {}", injector.push("bread"));
    println!("the chef finds {:?}", injector.take());
}
// ANCHOR_END: main
