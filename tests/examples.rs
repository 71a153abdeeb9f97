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
