//! Each program is run as its users would: a process of its own, spoken to over real sockets, pipes and signals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long an answer may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program of that name. A macro, since Cargo tells the paths at compile time.
macro_rules! program {
    ($name:ident) => {
        Command::new(env!(concat!("CARGO_BIN_EXE_", stringify!($name))))
    };
}

/// A program that serves. It ends with the test.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(program: &mut Command) -> Server {
        let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Server { child, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_string()
    }

    /// Where it says that it listens.
    fn addr(&mut self) -> SocketAddr {
        let line = self.line();
        let addr = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}"));
        addr.parse().unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends a text, and reads as much.
fn round_trip(stream: &mut TcpStream, text: &str) -> String {
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// Runs a program to its end.
fn run(program: &mut Command, input: &str) -> Output {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{:?}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn echo_gives_back_what_many_clients_send() {
    let mut echo = Server::start(program!(echo).arg("127.0.0.1:0"));
    let addr = echo.addr();
    let mut clients: Vec<_> = (0..50).map(|_| connect(addr)).collect();
    for round in 0..3 {
        for (n, client) in clients.iter_mut().enumerate() {
            let order = format!("order {n}.{round}");
            assert_eq!(round_trip(client, &order), order);
        }
    }
}

#[test]
fn chat_tells_everyone_else() {
    let mut chat = Server::start(program!(chat).arg("127.0.0.1:0"));
    let addr = chat.addr();
    let join = |name: &str| {
        let mut stream = connect(addr);
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        assert_eq!(
            lines.next().unwrap().unwrap(),
            "Please enter your username:"
        );
        writeln!(stream, "{name}").unwrap();
        (stream, lines)
    };
    let (mut ada, mut ada_hears) = join("ada");
    // Once she hears an answer to a guest's arrival, she is in the room.
    let (mut bob, mut bob_hears) = join("bob");
    let mut next = || ada_hears.next().unwrap().unwrap();
    assert_eq!(next(), "bob has joined the chat");
    writeln!(bob, "hungry?").unwrap();
    assert_eq!(next(), "bob: hungry?");
    writeln!(ada, "always").unwrap();
    assert_eq!(bob_hears.next().unwrap().unwrap(), "ada: always");
    drop((bob, bob_hears));
    assert_eq!(next(), "bob has left the chat");
}

#[test]
fn tinyhttp_answers_pipelined_requests_in_order() {
    let mut server = Server::start(program!(tinyhttp).arg("127.0.0.1:0"));
    let mut client = connect(server.addr());
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let requests = [request("/plaintext"), request("/json"), request("/nowhere")].concat();
    client.write_all(requests.as_bytes()).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answers = String::new();
    client.read_to_string(&mut answers).unwrap();
    let places = [
        "Hello, World!",
        r#"{"message":"Hello, World!"}"#,
        "404 Not Found",
    ]
    .map(|answer| answers.find(answer).unwrap_or_else(|| panic!("{answers}")));
    assert!(places.is_sorted(), "{answers}");
}

#[test]
fn proxy_passes_bytes_and_ends_both_ways() {
    let mut echo = Server::start(program!(echo).arg("127.0.0.1:0"));
    let upstream = echo.addr().to_string();
    let mut proxy = Server::start(program!(proxy).args(["127.0.0.1:0", &upstream]));
    let mut client = connect(proxy.addr());
    assert_eq!(round_trip(&mut client, "soup"), "soup");
    client.write_all(&[b'x'; 100_000]).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).unwrap();
    assert_eq!(rest.len(), 100_000);
}

#[test]
fn udp_echo_answers_whoever_asks() {
    let mut echo = Server::start(program!(udp_echo).arg("127.0.0.1:0"));
    let addr = echo.addr();
    let guests = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    for (n, guest) in guests.iter().enumerate() {
        guest.set_read_timeout(Some(PATIENCE)).unwrap();
        guest.send_to(&[n as u8; 7], addr).unwrap();
        let mut answer = [9; 16];
        assert_eq!(guest.recv_from(&mut answer).unwrap(), (7, addr));
        assert_eq!(answer[..7], [n as u8; 7]);
        assert_eq!(echo.line(), "Echoed 7/7 bytes");
    }
}

#[test]
fn udp_client_prints_the_answer() {
    let mut echo = Server::start(program!(udp_echo).arg("127.0.0.1:0"));
    let addr = echo.addr().to_string();
    let output = run(program!(udp_client).arg(addr), "one sandwich\n");
    assert_eq!(printed(output), "Received 13 bytes:\none sandwich\n\n");
}

#[test]
fn udp_codec_plays_to_the_end() {
    let printed = printed(run(&mut program!(udp_codec), ""));
    assert!(printed.ends_with("4 pings, 4 pongs\n"), "{printed}");
    assert_eq!(
        printed
            .lines()
            .filter(|line| line.starts_with("[a] recv: Pong"))
            .count(),
        4
    );
}

#[test]
fn connect_is_a_terminal_for_a_server() {
    let mut echo = Server::start(program!(echo).arg("127.0.0.1:0"));
    let addr = echo.addr().to_string();
    let order = "one sandwich\n".repeat(10_000);
    let output = run(program!(connect).arg(addr), &order);
    assert_eq!(printed(output), order);
}

#[test]
fn kv_keeps_expires_and_publishes() {
    let mut server = Server::start(program!(kv_server).arg("127.0.0.1:0"));
    let addr = server.addr().to_string();
    let client = |words: &[&str]| {
        let output = run(program!(kv_client).arg(&addr).args(words), "");
        printed(output).trim_end().to_string()
    };
    assert_eq!(client(&["ping"]), "PONG");
    assert_eq!(client(&["get", "soup"]), "(nil)");
    assert_eq!(client(&["set", "soup", "tomato"]), "OK");
    assert_eq!(client(&["get", "soup"]), "\"tomato\"");
    assert_eq!(client(&["set", "bread", "warm", "px", "1"]), "OK");
    while client(&["get", "bread"]) != "(nil)" {}
    assert_eq!(client(&["fry"]), "(error) ERR unknown command 'fry'");
    assert_eq!(client(&["publish", "lunch", "now"]), "(integer) 0");

    let mut listener = Server::start(program!(kv_client).args([&addr, "subscribe", "lunch"]));
    assert_eq!(listener.line(), "\"subscribe\" \"lunch\" (integer) 1");
    assert_eq!(client(&["publish", "lunch", "now"]), "(integer) 1");
    assert_eq!(listener.line(), "\"message\" \"lunch\" \"now\"");

    server.signal(Signal::INT);
    assert_eq!(server.line(), "closed");
    assert!(server.child.wait().unwrap().success());
    assert!(
        listener.child.wait().unwrap().success(),
        "the server has ended its connection"
    );
}

#[test]
fn pipeline_feeds_one_child_from_another() {
    let printed = printed(run(&mut program!(pipeline), ""));
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines[..3], ["Line: tomato", "Line: bread", "Line: cheese"]);
    assert_eq!(lines[3], "child status was: exit status: 0, exit status: 0");
    assert_eq!(lines[4], "First: bread");
}

#[test]
fn signal_loop_counts_every_hangup_that_is_apart() {
    let mut program = Server::start(&mut program!(signal_loop));
    assert!(program.line().starts_with("waiting for signals"));
    for n in 1..=5 {
        program.signal(Signal::HUP);
        assert_eq!(program.line(), format!("got SIGHUP {n}"));
    }
    program.signal(Signal::TERM);
    assert_eq!(
        program.line(),
        "ending after 5 hangups; it has ticked: true"
    );
    assert!(program.child.wait().unwrap().success());
}
