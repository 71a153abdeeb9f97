//! `cargo +nightly fuzz run timers`

#![no_main]

#[path = "../src/timers.rs"]
mod timers;

libfuzzer_sys::fuzz_target!(|data: &[u8]| timers::run(data));
