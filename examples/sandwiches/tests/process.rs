//! The program as it is started and stopped: its first words, its signals, its exit status.

mod support;

use support::program::{Program, refusal};
use support::{Client, Folder, make};

#[test]
fn either_signal_lets_the_request_in_flight_finish_and_exits_with_zero() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let mut program = Program::start(folder.db());
        let mut client = Client::connect(program.address);
        let path = make(&mut client, "BLT");
        client.send("GET", &format!("{path}?slow_ms=500"));
        program.wait_for("searching for sandwich");

        program.signal(signal);

        assert_eq!(client.receive().status, 200, "{signal}");
        client.expect_end();
        program.wait_for("0 aborted");
        assert!(program.end().success(), "{signal}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let mut program = Program::start(folder.db());
    let mut client = Client::connect(program.address);
    let path = make(&mut client, "BLT");
    client.send("GET", &format!("{path}?slow_ms=5000"));
    program.wait_for("searching for sandwich");

    program.signal("TERM");
    program.wait_for("closing, within 10s");
    program.signal("TERM");

    assert_eq!(program.end().code(), None, "ended by the signal");
}

#[test]
fn after_the_first_signal_it_is_not_ready_and_serves_whom_it_must() {
    let folder = Folder::new();
    let mut program = Program::with(folder.db(), &["--notice", "60m"]);
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
    let mut program = Program::start(folder.db());
    let path = make(&mut Client::connect(program.address), "BLT");
    program.kill();

    let program = Program::start(folder.db());
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
        let (status, words) = refusal(folder.db(), &["--log", log]);

        assert_eq!(status, Some(1));
        assert!(
            words.contains("sandwiches.db") && words.contains("not a database"),
            "{log}: {words}"
        );
    }
}

#[test]
fn a_log_of_errors_has_no_line_for_a_request() {
    let folder = Folder::new();
    let mut program = Program::with(folder.db(), &["--log", "errors"]);
    make(&mut Client::connect(program.address), "BLT");

    program.signal("TERM");

    assert!(program.end().success());
    assert_eq!(program.rest_of_log(), [""; 0]);
}

#[test]
fn several_threads_share_the_port_and_the_end() {
    let folder = Folder::new();
    let mut program = Program::with(folder.db(), &["--threads", "3", "--log", "json"]);
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
    assert!(program.end().success());
}

#[test]
fn after_a_kill_a_key_still_makes_one_and_orders_are_cooked_on() {
    let folder = Folder::new();
    let mut program = Program::with(folder.db(), &["--pace", "60s"]);
    let mut client = Client::connect(program.address);
    let lines = "content-type: application/json\r\nidempotency-key: lunch\r\n";
    let made = client.call_lines("POST", "/sandwiches", lines, r#"{"name":"BLT"}"#);
    let order = serde_json::json!({ "sandwich": made.json()["id"] }).to_string();
    let order = client.call_lines("POST", "/orders", lines, &order);
    program.wait_for("cooking, from placed");
    program.kill();

    let mut program = Program::with(folder.db(), &["--pace", "10ms"]);
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
    let mut program = Program::with(folder.db(), &["--steps"]);
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
    let program = Program::start(folder.db());
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
        let (code, told) = refusal(other.db(), &args);
        assert_eq!(code, Some(status), "{args:?}: {told}");
        assert!(told.contains(words), "{args:?}: {told}");
    }
}
