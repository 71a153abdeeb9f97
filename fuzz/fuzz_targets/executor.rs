//! `cargo +nightly fuzz run executor`

#![no_main]

#[path = "../src/tools/abroad.rs"]
mod abroad;
#[path = "../src/tools/bytes.rs"]
mod bytes;
#[path = "../src/executor.rs"]
mod executor;

libfuzzer_sys::fuzz_target!(|data: &[u8]| executor::run(data));
