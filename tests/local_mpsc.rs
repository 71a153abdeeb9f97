//! mpsc on one thread: all that `channels/mpsc.rs` says of both families, and tasks that take turns.

#[path = "channels/mpsc.rs"]
mod both_families;
mod sync_support;

use std::rc::Rc;

use toque::local as family;
use toque::local::mpsc;

#[test]
fn tasks_of_one_runtime_pass_values_that_are_not_send() {
    let runtime = toque::Runtime::new().unwrap();
    let received = runtime.block_on(async {
        let (sender, mut receiver) = mpsc::channel(2);
        for cook in 0..3 {
            let sender = sender.clone();
            toque::spawn(async move {
                for number in 0..100 {
                    sender.send(Rc::new((cook, number))).await.unwrap();
                }
            });
        }
        drop(sender);
        let mut next = [0; 3];
        while let Some(value) = receiver.recv().await {
            assert_eq!(value.1, next[value.0], "in the order they were sent");
            next[value.0] += 1;
        }
        next
    });
    assert_eq!(received, [100; 3]);
}
