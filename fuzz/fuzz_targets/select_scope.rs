//! `cargo +nightly fuzz run select_scope`

#![no_main]

#[path = "../src/tools/bells.rs"]
mod bells;
#[path = "../src/tools/bytes.rs"]
mod bytes;
#[path = "../src/select_scope.rs"]
mod select_scope;

libfuzzer_sys::fuzz_target!(|data: &[u8]| select_scope::run(data));
