//! What cancellation tokens leave behind: nothing, whoever of a tree goes first. Alone in its program, since it counts all bytes.
#![allow(unsafe_code, reason = "an allocator is one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use toque::sync::CancellationToken;

/// Bytes that are allocated and not freed.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counted.
struct Counting;

// SAFETY: it is the system's allocator, whose promises are the same.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on; `memory` came from the system's allocator, by `alloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

const MANY: usize = 10_000;

/// Demands that nothing of so many is left: the test runner's own threads may take a little.
#[track_caller]
fn assert_back_at(before: usize) {
    let left = live().saturating_sub(before);
    assert!(left < MANY, "{left} bytes are left behind");
}

#[test]
fn tokens_that_have_gone_leave_no_memory_behind() {
    let top = CancellationToken::new();
    drop(top.child_token());
    let before = live();

    let children: Vec<_> = (0..MANY).map(|_| top.child_token()).collect();
    let a_child = (live() - before) / MANY;
    assert!(a_child < 512, "a child takes {a_child} bytes");
    drop(children);
    assert_back_at(before);

    // Each is the child of one that has gone.
    let mut last = top.child_token();
    for _ in 0..MANY {
        last = last.child_token();
    }
    drop(last);
    assert_back_at(before);

    let any: Vec<_> = (0..MANY).map(|_| CancellationToken::any([&top])).collect();
    drop(any);
    assert_back_at(before);

    println!("{a_child} bytes a child");
}
