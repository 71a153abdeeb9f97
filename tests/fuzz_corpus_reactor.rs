//! The same for the reactor, in a program of its own: it counts the descriptors of the process.

#![cfg(target_os = "linux")]

#[path = "../fuzz/src/tools/bells.rs"]
mod bells;
#[path = "../fuzz/src/tools/bytes.rs"]
mod bytes;
mod fuzz_tools;
#[path = "../fuzz/src/reactor.rs"]
mod reactor;

#[test]
fn sockets_carry_what_a_count_of_bytes_says() {
    fuzz_tools::replay("reactor", reactor::run);
}
