//! The same for the server of `http`, which is not always there.

mod fuzz_tools;
#[path = "../fuzz/src/http.rs"]
mod http;

#[test]
fn the_server_reads_as_the_rfc_does() {
    fuzz_tools::replay("http", http::run);
}
