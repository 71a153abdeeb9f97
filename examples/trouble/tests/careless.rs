//! `trouble` on servers with a flaw: each must be found, or what it says of sound ones would prove nothing.

use std::process::{Command, Output};

/// Runs `trouble` on a careless echo server with this flaw.
fn trouble(flaw: &str, args: &[&str]) -> Output {
    let careless = format!("{} {flaw}", env!("CARGO_BIN_EXE_careless"));
    Command::new(env!("CARGO_BIN_EXE_trouble"))
        .args(args)
        .args(["--echo", &careless, "--patience", "3s"])
        .output()
        .unwrap()
}

/// It finds fault, in words that have these in them.
#[track_caller]
fn finds(output: &Output, words: &str) {
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(words), "{told}");
}

/// The rows of a fault on a server with a flaw; none where no process may be traced.
fn faults(flaw: &str, row: &str) -> Option<Output> {
    let output = trouble(flaw, &["faults", "--short", "--only", row]);
    let told = String::from_utf8_lossy(&output.stdout);
    if told.starts_with("skipped") {
        eprintln!("{told}");
        return None;
    }
    Some(output)
}

const EMFILE: &str = "echo | accept4: EMFILE";
const EINTR: &str = "echo | recvfrom: EINTR";

#[test]
fn a_server_that_spins_without_descriptors_is_found() {
    if let Some(output) = faults("spins", EMFILE) {
        finds(&output, "ms of CPU");
    }
}

#[test]
fn a_server_that_ends_with_an_error_is_found() {
    if let Some(output) = faults("ends", EMFILE) {
        finds(&output, "the server has ended");
    }
}

#[test]
fn another_byte_than_was_sent_is_found() {
    if let Some(output) = faults("changes", EINTR) {
        finds(&output, "other bytes than were sent");
    }
}

#[test]
fn a_server_that_does_not_answer_is_found() {
    if let Some(output) = faults("falters", EINTR) {
        finds(&output, "no answer");
    }
}

#[test]
fn a_connection_that_is_kept_is_found() {
    let output = trouble("leaks", &["soak", "3s", "--only", "echo"]);
    finds(&output, "not as at the start");
}

#[test]
fn memory_that_is_kept_is_found() {
    let output = trouble("grows", &["soak", "10s", "--only", "echo"]);
    finds(&output, "memory has grown");
}

#[test]
fn a_server_that_ends_in_the_midst_of_it_is_found() {
    let output = trouble("tires", &["soak", "30s", "--only", "echo"]);
    finds(&output, "it has ended: too many connections");
}
