//! mpsc across threads, and all that `channels/mpsc.rs` says of both families.

#[path = "channels/mpsc.rs"]
mod both_families;
mod sync_support;

use toque::sync as family;
use toque::sync::mpsc;

#[test]
fn blocking_ends_meet_across_threads() {
    let (sender, mut receiver) = mpsc::channel(1);
    let cook = std::thread::spawn(move || {
        (0..100).for_each(|number| sender.blocking_send(number).unwrap());
    });
    let mut received = Vec::new();
    while let Some(number) = receiver.blocking_recv() {
        received.push(number);
        receiver.blocking_recv_many(&mut received, 3);
    }
    assert_eq!(received, (0..100).collect::<Vec<_>>());
    cook.join().unwrap();
}

#[test]
fn a_thread_takes_many_at_once() {
    let (bounded, mut first) = mpsc::channel(4);
    let (unbounded, mut second) = mpsc::unbounded_channel();
    for number in 1..=4 {
        bounded.try_send(number).unwrap();
        unbounded.send(number).unwrap();
    }
    let mut buffer = Vec::new();
    assert_eq!(first.blocking_recv_many(&mut buffer, 3), 3);
    assert_eq!(second.blocking_recv_many(&mut buffer, 3), 3);
    assert_eq!(buffer, [1, 2, 3, 1, 2, 3]);
    assert_eq!(second.blocking_recv(), Some(4));
    drop(unbounded);
    assert_eq!(second.blocking_recv(), None);
}

#[test]
#[should_panic = "`mpsc::Receiver::blocking_recv` would stop every task"]
fn blocking_recv_is_refused_where_tasks_run() {
    let (_sender, mut receiver) = mpsc::channel::<u32>(1);
    let runtime = toque::Runtime::new().unwrap();
    runtime.block_on(async { receiver.blocking_recv() });
}

#[test]
#[should_panic = "`mpsc::Sender::blocking_send` would stop every task"]
fn blocking_send_is_refused_where_tasks_run() {
    let (sender, _receiver) = mpsc::channel::<u32>(1);
    let runtime = toque::Runtime::new().unwrap();
    let _ = runtime.block_on(async { sender.blocking_send(1) });
}
