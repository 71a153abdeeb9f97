//! oneshot on one thread: all that `channels/oneshot.rs` says of both families.

#[path = "channels/oneshot.rs"]
mod both_families;
mod sync_support;

use std::rc::Rc;

use toque::local as family;
use toque::local::oneshot;

#[test]
fn tasks_of_one_runtime_answer_with_what_is_not_send() {
    let runtime = toque::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        let (sender, receiver) = oneshot::channel();
        toque::spawn(async move { sender.send(Rc::new("sandwich")) });
        receiver.await
    });
    assert_eq!(answer, Ok(Rc::new("sandwich")));
}
