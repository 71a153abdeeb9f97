//! `cargo +nightly fuzz run reactor`

#![no_main]

#[path = "../src/tools/bells.rs"]
mod bells;
#[path = "../src/tools/bytes.rs"]
mod bytes;
#[path = "../src/reactor.rs"]
mod reactor;

libfuzzer_sys::fuzz_target!(|data: &[u8]| reactor::run(data));
