//! The semaphore across threads: all that `channels/semaphore.rs` says of both families, and what only this one has.

#[path = "channels/semaphore.rs"]
mod both_families;
mod by_hand;
mod sync_support;

use std::sync::Arc as Shared;

use toque::sync as family;
use toque::sync::Semaphore;

#[test]
fn a_blocked_thread_gets_the_permit() {
    let semaphore = Shared::new(Semaphore::new(0));
    let same = semaphore.clone();
    let worker = std::thread::spawn(move || same.blocking_acquire_many(2).unwrap().num_permits());
    semaphore.add_permits(1);
    semaphore.add_permits(1);
    assert_eq!(worker.join().unwrap(), 2);
    assert_eq!(semaphore.available_permits(), 2);
}
