//! Models of the lock for readers and writers: a writer is alone, and stays so until it has become a reader.

use super::RwLock;
use crate::sync::loom_tools::{block_on, check, spawn};
use loom::cell::Cell;
use loom::sync::Arc;

/// loom reports it if one reads the cell while another writes.
fn lock() -> Arc<RwLock<Cell<u32>>> {
    Arc::new(RwLock::with_max_readers(Cell::new(0), 2))
}

/// No reader is at the value with a writer, and who reads after it sees what it wrote.
/// Mutant that fails it: `sync_rwlock_writes_with_one_permit`.
#[test]
fn a_writer_is_alone() {
    check(|| {
        let lock = lock();
        let same = lock.clone();
        let reader = spawn(move || block_on(same.read()).get());
        block_on(lock.write()).set(1);
        assert!(reader.join().unwrap() <= 1);
        assert_eq!(lock.try_read().unwrap().get(), 1);
    });
}

/// Between a writer and the reader that it becomes there is no other writer.
/// Mutant that fails it: `sync_rwlock_downgrades_to_nothing` (the reader has no permit).
#[test]
fn a_downgrade_lets_no_writer_in() {
    check(|| {
        let lock = lock();
        let same = lock.clone();
        let other = spawn(move || block_on(same.write()).set(2));
        let writer = block_on(lock.write());
        writer.set(1);
        let reader = writer.downgrade();
        assert_eq!(reader.get(), 1);
        drop(reader);
        other.join().unwrap();
    });
}

/// The same of an owned guard, whose permits are counted elsewhere.
/// Mutant that fails it: `sync_held_keeps_too_few` (a downgrade gives all permits back).
#[test]
#[expect(
    clippy::arc_with_non_send_sync,
    reason = "loom has all of its threads on one"
)]
fn an_owned_downgrade_lets_no_writer_in() {
    check(|| {
        let lock = std::sync::Arc::new(RwLock::with_max_readers(Cell::new(0), 2));
        let same = lock.clone();
        let other = spawn(move || block_on(same.write()).set(2));
        let writer = block_on(lock.write_owned());
        writer.set(1);
        let reader = writer.downgrade();
        assert_eq!(reader.get(), 1);
        drop(reader);
        other.join().unwrap();
    });
}
