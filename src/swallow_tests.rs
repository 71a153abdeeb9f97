use super::*;
use std::panic::panic_any;

/// Its drop panics, with another of its kind.
struct Endless;

impl Drop for Endless {
    fn drop(&mut self) {
        panic_any(Endless);
    }
}

#[test]
fn a_payload_that_panics_whenever_it_is_dropped_ends_here() {
    in_peace(|| panic_any(Endless));
}
