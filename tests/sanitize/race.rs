//! A data race, planted: tsan must find it, or what it finds elsewhere is worth nothing. Run by scripts/sanitize.

use std::cell::UnsafeCell;

struct Shared(UnsafeCell<u64>);

// SAFETY: none: this is the fault.
unsafe impl Sync for Shared {}

static SHARED: Shared = Shared(UnsafeCell::new(0));

fn add() {
    // SAFETY: none: two threads are here at once.
    unsafe { *SHARED.0.get() += 1 };
}

fn main() {
    let other = std::thread::spawn(add);
    add();
    other.join().unwrap();
}
