//! The program as it is started and stopped: its first words, its signals, its exit status.

mod support;

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use support::{Client, Folder, make};

/// The program, running.
struct Program {
    child: Child,
    address: SocketAddr,
    log: Lines<BufReader<ChildStderr>>,
}

impl Program {
    fn start(db: &Path) -> Program {
        Program::with(db, &[])
    }

    /// With more on its command line.
    fn with(db: &Path, more: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sandwiches"))
            .args(["--listen", "127.0.0.1:0", "--allow-slow", "--db"])
            .arg(db)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut words = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = words.next().unwrap().unwrap();
        let address = first
            .strip_prefix("sandwiches on http://")
            .and_then(|rest| rest.split(',').next());
        let address = address
            .and_then(|address| address.parse().ok())
            .unwrap_or_else(|| panic!("no address: {first}"));
        let second = words.next().unwrap().unwrap();
        assert!(
            second.starts_with(&format!("try: curl -i http://{address}/sandwiches ")),
            "{second}"
        );
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        Program {
            child,
            address,
            log,
        }
    }

    /// Reads the log up to a line with this in it.
    fn wait_for(&mut self, words: &str) {
        assert!(
            self.log.any(|line| line.unwrap().contains(words)),
            "the log ended without {words:?}"
        );
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

/// A test that panics leaves no process behind.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn either_signal_lets_the_request_in_flight_finish_and_exits_with_zero() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let mut program = Program::start(&folder.db());
        let mut client = Client::connect(program.address);
        let path = make(&mut client, "BLT");
        client.send("GET", &format!("{path}?slow_ms=500"));
        program.wait_for("searching for sandwich");

        program.signal(signal);

        assert_eq!(client.receive().status, 200, "{signal}");
        client.expect_end();
        program.wait_for("0 aborted");
        assert!(program.child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let mut program = Program::start(&folder.db());
    let mut client = Client::connect(program.address);
    let path = make(&mut client, "BLT");
    client.send("GET", &format!("{path}?slow_ms=5000"));
    program.wait_for("searching for sandwich");

    program.signal("TERM");
    program.wait_for("closing, within 10s");
    program.signal("TERM");

    assert_eq!(
        program.child.wait().unwrap().code(),
        None,
        "ended by the signal"
    );
}

#[test]
fn after_the_first_signal_it_is_not_ready_and_serves_whom_it_must() {
    let folder = Folder::new();
    let mut program = Program::with(&folder.db(), &["--notice", "60m"]);
    let mut client = Client::connect(program.address);
    let path = make(&mut client, "BLT");
    assert_eq!(client.call("GET", "/readyz").status, 200);

    program.signal("TERM");
    program.wait_for("not ready any more");

    assert_eq!(client.call("GET", "/readyz").status, 503);
    let mut other = Client::connect(program.address);
    assert_eq!(other.call("GET", &path).status, 200, "it still accepts");
}

#[test]
fn what_was_answered_survives_a_kill() {
    let folder = Folder::new();
    let mut program = Program::start(&folder.db());
    let path = make(&mut Client::connect(program.address), "BLT");
    program.child.kill().unwrap();
    program.child.wait().unwrap();

    let program = Program::start(&folder.db());
    assert_eq!(
        Client::connect(program.address).call("GET", &path).json()["name"],
        "BLT"
    );
}

#[test]
fn a_file_that_is_no_database_is_refused_in_words() {
    let folder = Folder::new();
    std::fs::write(folder.db(), "a shopping list".repeat(100)).unwrap();

    for log in ["plain", "errors"] {
        let output = Command::new(env!("CARGO_BIN_EXE_sandwiches"))
            .args(["--log", log, "--db"])
            .arg(folder.db())
            .output()
            .unwrap();

        assert_eq!(output.status.code(), Some(1));
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(
            words.contains("sandwiches.db") && words.contains("not a database"),
            "{log}: {words}"
        );
    }
}

#[test]
fn a_log_of_errors_has_no_line_for_a_request() {
    let folder = Folder::new();
    let mut program = Program::with(&folder.db(), &["--log", "errors"]);
    make(&mut Client::connect(program.address), "BLT");

    program.signal("TERM");

    assert!(program.log.next().is_none());
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn several_threads_share_the_port_and_the_end() {
    let folder = Folder::new();
    let mut program = Program::with(&folder.db(), &["--threads", "3", "--log", "json"]);
    let path = make(&mut Client::connect(program.address), "BLT");
    // Which thread a connection comes to is the system's choice: of so many, each gets some.
    let mut clients: Vec<Client> = (0..32).map(|_| Client::connect(program.address)).collect();
    for client in &mut clients {
        assert_eq!(client.call("GET", &path).status, 200);
    }
    let metrics = clients[0].call("GET", "/metrics").body;
    assert!(
        String::from_utf8(metrics)
            .unwrap()
            .contains("connections_total 33")
    );

    program.signal("TERM");

    clients.iter_mut().for_each(Client::expect_end);
    for _ in 0..3 {
        program.wait_for("0 aborted");
    }
    program.wait_for(r#""message":"closed""#);
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn after_a_kill_a_key_still_makes_one_and_orders_are_cooked_on() {
    let folder = Folder::new();
    let mut program = Program::with(&folder.db(), &["--pace", "60s"]);
    let mut client = Client::connect(program.address);
    let lines = "content-type: application/json\r\nidempotency-key: lunch\r\n";
    let made = client.call_lines("POST", "/sandwiches", lines, r#"{"name":"BLT"}"#);
    let order = serde_json::json!({ "sandwich": made.json()["id"] }).to_string();
    let order = client.call_lines("POST", "/orders", lines, &order);
    program.wait_for("cooking, from placed");
    program.child.kill().unwrap();
    program.child.wait().unwrap();

    let mut program = Program::with(&folder.db(), &["--pace", "10ms"]);
    let mut client = Client::connect(program.address);
    let again = client.call_lines("POST", "/sandwiches", lines, r#"{"name":"BLT"}"#);
    assert_eq!(again.header("location"), made.header("location"));
    program.wait_for("lunch time order=");
    let path = order.header("location").unwrap();
    assert_eq!(client.call("GET", path).json()["step"], "ready");
}

#[test]
fn the_six_steps_of_a_get_are_told_in_their_order() {
    let folder = Folder::new();
    let mut program = Program::with(&folder.db(), &["--steps"]);
    let mut client = Client::connect(program.address);
    let path = make(&mut client, "BLT");

    assert_eq!(client.call("GET", &path).status, 200);

    program.wait_for("searching for sandwich");
    for step in ["1: ", "2: ", "3: ", "4: ", "5: ", "6: "] {
        program.wait_for(&format!("}}: {step}"));
    }
}

#[test]
fn a_flag_that_is_none_is_refused_with_2_and_one_that_cannot_be_met_with_1() {
    let folder = Folder::new();
    let program = Program::start(&folder.db());
    let address = program.address.to_string();
    let other = Folder::new();
    for (args, status, words) in [
        (vec!["--soup"], 2, "--soup"),
        (vec!["--threads", "0"], 2, "at least 1"),
        (vec!["--tls-cert", "x"], 2, "--tls-key"),
        (vec!["--listen", &address], 1, address.as_str()),
        (vec!["--token-file", "/no/token"], 1, "/no/token"),
        (
            vec!["--tls-cert", "/no/cert", "--tls-key", "/no/key"],
            1,
            "/no/cert",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_sandwiches"))
            .args(&args)
            .arg("--db")
            .arg(other.db())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {told}");
        assert!(told.contains(words), "{args:?}: {told}");
    }
}
