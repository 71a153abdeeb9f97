//! `cargo +nightly fuzz run sync`

#![no_main]

#[path = "../src/tools/bells.rs"]
mod bells;
#[path = "../src/tools/bytes.rs"]
mod bytes;
#[path = "../src/tools/ledger.rs"]
mod ledger;
#[path = "../src/sync.rs"]
mod sync;

libfuzzer_sys::fuzz_target!(|data: &[u8]| sync::run(data));
