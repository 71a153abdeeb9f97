//! `mpsc::Sender::send_timeout`: the value is sent in time, or comes back.

mod tools;

use std::time::Duration;

use tools::{caught, poll_once};
use toque::spawn;
use toque::sync::mpsc::{self, error::SendTimeoutError};
use toque::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Runs a test in virtual time.
fn run(test: impl Future<Output = ()>) {
    let mut builder = toque::Builder::new_current_thread();
    builder.start_paused(true).build().unwrap().block_on(test);
}

#[test]
fn a_value_waits_for_room_until_its_time_is_over() {
    run(async {
        let (sender, mut receiver) = mpsc::channel(1);
        let start = Instant::now();
        sender.send_timeout(1, Duration::ZERO).await.unwrap();
        let late = sender.send_timeout(2, SECOND).await;
        assert_eq!(late, Err(SendTimeoutError::Timeout(2)));
        assert_eq!(start.elapsed().as_secs(), 1);
        assert_eq!(receiver.recv().await, Some(1));
        sender.send_timeout(3, SECOND).await.unwrap();
        assert_eq!(receiver.recv().await, Some(3));
    });
}

#[test]
fn room_in_time_is_taken() {
    run(async {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.try_send(1).unwrap();
        let receiver = spawn(async move {
            sleep(SECOND).await;
            assert_eq!(receiver.recv().await, Some(1));
            receiver.recv().await
        });
        sender.send_timeout(2, Duration::MAX).await.unwrap();
        assert_eq!(receiver.await.unwrap(), Some(2));
    });
}

#[test]
fn a_closed_channel_gives_the_value_back_at_once() {
    run(async {
        let (sender, receiver) = mpsc::channel(1);
        sender.try_send(1).unwrap();
        drop(receiver);
        let closed = sender.send_timeout(2, SECOND).await;
        assert_eq!(closed, Err(SendTimeoutError::Closed(2)));
    });
}

/// Dropped while it waits, it takes neither a place nor anybody's turn.
#[test]
fn one_who_is_cancelled_leaves_the_queue() {
    run(async {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.try_send(1).unwrap();
        let mut first = Box::pin(sender.send_timeout(2, SECOND));
        assert!(poll_once(&mut first, std::task::Waker::noop()).is_pending());
        drop(first);
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(sender.capacity(), 1);
        sender.try_send(3).unwrap();
        assert_eq!(receiver.recv().await, Some(3));
    });
}

#[test]
fn outside_of_a_runtime_it_names_the_remedy() {
    let (sender, _receiver) = mpsc::channel(1);
    let panic = caught(|| {
        poll_once(
            &mut Box::pin(sender.send_timeout(1, SECOND)),
            std::task::Waker::noop(),
        )
    });
    panic.assert_names("src/time/send_timeout.rs", &["block_on"]);
}
