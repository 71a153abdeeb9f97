//! oneshot across threads, and all that `channels/oneshot.rs` says of both families.

#[path = "channels/oneshot.rs"]
mod both_families;
mod sync_support;

use toque::sync as family;
use toque::sync::oneshot;

#[test]
fn blocking_recv_waits_on_another_thread() {
    let (sender, receiver) = oneshot::channel();
    let cook = std::thread::spawn(move || sender.send(1));
    assert_eq!(receiver.blocking_recv(), Ok(1));
    cook.join().unwrap().unwrap();
}

#[test]
#[should_panic = "`oneshot::Receiver::blocking_recv` would stop every task"]
fn blocking_recv_is_refused_where_tasks_run() {
    let (_sender, receiver) = oneshot::channel::<u32>();
    let runtime = toque::Runtime::new().unwrap();
    let _ = runtime.block_on(async { receiver.blocking_recv() });
}
