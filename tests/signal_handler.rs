//! What a signal's handler does: nothing that it must not. Alone in its program, since its allocator looks at each call.
#![cfg(unix)]
#![allow(unsafe_code, reason = "an allocator is one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use toque::Runtime;
use toque::signal::unix::{SignalKind, signal};

thread_local! {
    /// Calls of this thread to get memory, or to give it back.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counted.
struct Counting;

// SAFETY: it is the system's allocator, whose promises are the same.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promise is passed on; `memory` came from the system's allocator, by `alloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A handler that took the allocator's lock would wait for ever, one day, for the thread that it has interrupted.
#[test]
fn a_handler_neither_gets_memory_nor_gives_it_back() {
    Runtime::new().unwrap().block_on(async {
        let mut listener = signal(SignalKind::user_defined1()).unwrap();
        let other = signal(SignalKind::user_defined1()).unwrap();
        let number = SignalKind::user_defined1().as_raw_value();
        let before = CALLS.get();
        for _ in 0..100 {
            assert_eq!(raise(number), 0);
        }
        let calls = CALLS.get() - before;
        assert_eq!(listener.recv().await, Some(()));
        drop(other);
        assert_eq!(calls, 0, "calls of the allocator while the handler ran");
    });
}

unsafe extern "C" {
    /// C's own: it sends a signal to this very thread, which has run the handler when this returns.
    safe fn raise(signal: i32) -> i32;
}
