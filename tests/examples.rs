//! The examples print what their heads say they print.

use std::cell::RefCell;
use std::io::{Read, Write};

#[allow(dead_code)]
#[path = "../examples/echo.rs"]
mod echo;
#[allow(dead_code)]
#[path = "../examples/hello.rs"]
mod hello;
#[allow(dead_code)]
#[path = "../examples/lunch_time.rs"]
mod lunch_time;
#[cfg(target_os = "linux")] // it looks into /proc
#[allow(dead_code)]
#[path = "../examples/one_wake.rs"]
mod one_wake;
#[allow(dead_code)]
#[path = "../examples/trace.rs"]
mod trace;
#[allow(dead_code)]
#[path = "../examples/who_blocks.rs"]
mod who_blocks;

/// What the head of an example promises: the lines of its first `text` block.
fn promised(source: &str) -> Vec<&str> {
    source
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| line.trim_start_matches("//! "))
        .collect()
}

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn say(line: &str) {
    SAID.with_borrow_mut(|said| said.push(line.to_owned()));
}

#[test]
fn hello_prints_what_its_head_says() {
    hello::hello(say).unwrap();
    let promised = promised(include_str!("../examples/hello.rs"));
    assert!(!promised.is_empty());
    assert_eq!(SAID.take(), promised);
}

#[test]
fn lunch_time_has_two_requests_in_flight_and_prints_what_its_head_says() {
    lunch_time::lunch(say).unwrap();
    let promised = promised(include_str!("../examples/lunch_time.rs"));
    assert_eq!(promised.len(), 4);
    assert_eq!(SAID.take(), promised);
}

#[test]
fn who_blocks_names_the_culprit_and_prints_what_its_head_says() {
    who_blocks::who_blocks(say).unwrap();
    let promised = promised(include_str!("../examples/who_blocks.rs"));
    assert_eq!(promised.len(), 4);
    assert_eq!(SAID.take(), promised);
}

#[test]
fn trace_records_the_lunch_and_prints_what_its_head_says() {
    let lunch = toque::trace::Trace::new(10_000);
    trace::lunch_time(&lunch, say).unwrap();
    let promised = promised(include_str!("../examples/trace.rs"));
    assert_eq!(promised.len(), 3);
    assert_eq!(SAID.take(), promised);
}

/// A traced line without its time and the number of its line.
#[cfg(target_os = "linux")]
fn undated(line: &str) -> &str {
    let cut = line
        .rfind(" (+")
        .or_else(|| line.rfind(".rs:").map(|at| at + 3));
    &line[..cut.unwrap_or(line.len())]
}

/// What the chef's thread passes through is the same each time, and what the page about it shows.
#[cfg(target_os = "linux")]
#[test]
fn one_wake_passes_the_stops_that_its_head_and_its_page_tell() {
    let promised = promised(include_str!("../examples/one_wake.rs"));
    assert!(promised.len() > 20);
    one_wake::one_wake(false, say).unwrap();
    assert_eq!(SAID.take(), promised);

    one_wake::one_wake(true, say).unwrap();
    let dated = SAID.take();
    assert_eq!(
        dated.iter().map(|line| undated(line)).collect::<Vec<_>>(),
        promised
    );

    let page = include_str!("../docs/one-wake.md");
    let blocks: Vec<_> = page.split("```text\n").skip(1).collect();
    for block in blocks.iter().map(|rest| rest.split("```").next().unwrap()) {
        assert_eq!(block.lines().map(undated).collect::<Vec<_>>(), promised);
    }
    assert_eq!(blocks.len(), 2);
}

#[test]
fn echo_gives_back_what_it_gets() {
    toque::Runtime::new().unwrap().block_on(async {
        let listener = toque::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let server = toque::spawn(echo::serve(listener));
        let client = toque::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(addr).unwrap();
            stream.write_all(b"soup").unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        assert_eq!(client.await.unwrap(), "soup");
        server.abort();
    });
}
