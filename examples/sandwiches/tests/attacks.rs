//! Bad input, row by row, as bytes on a socket: what is sent, what status comes back, and which problem.
//!
//! After each row the client has ended its side, so a row shows too that whoever half-closes is answered, and that the
//! connection comes to its end. `-` is an answer without a body: hyper gives it where the request never became one.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use sandwiches::Settings;
use serde_json::Value;
use support::{Folder, PATIENCE, Service, make};
use toque::http::ServerConfig;

/// What a row sends.
type Bytes = Vec<u8>;

/// One answer: its status and the last segment of its problem's type.
type Answer = (u16, String);

#[test]
fn what_is_sent_gets_the_answer_of_its_row() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let path = make(&mut service.client(), "BLT");
    let rows = framing().into_iter().chain(targets(&path));
    let rows = rows.chain(bodies()).chain(fields(&path));
    let wrong: Vec<String> = rows
        .filter_map(|(what, sent, wanted)| {
            let answers = talk(service.address, &sent);
            let is_right = answers
                .iter()
                .map(|(status, kind)| (*status, kind.as_str()))
                .eq(wanted.iter().copied());
            (!is_right).then(|| format!("{what}: {answers:?}, and not {wanted:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Whatever came, others are served.
    assert_eq!(service.client().call("GET", &path).status, 200);
    service.stop();
}

type Row = (&'static str, Bytes, &'static [(u16, &'static str)]);

/// How requests are framed: RFC 9112.
fn framing() -> Vec<Row> {
    let many = |n: usize| (0..n).map(|i| format!("x-{i}: 1\r\n")).collect::<String>();
    let post = |lines: &str, body: &str| {
        format!("POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{lines}\r\n{body}").into_bytes()
    };
    let smuggled = "0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    vec![
        ("both lengths", post("content-length: 2\r\ntransfer-encoding: chunked\r\n", smuggled), &[(400, "-")]),
        ("both lengths, the other first", post("transfer-encoding: chunked\r\ncontent-length: 2\r\n", smuggled), &[(400, "-")]),
        ("both lengths behind another request", [b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), post("content-length: 2\r\ntransfer-encoding: chunked\r\n", smuggled)].concat(), &[(200, ""), (400, "-")]),
        ("both lengths behind a wish for another protocol", [b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: soup\r\n\r\n".to_vec(), post("content-length: 2\r\ntransfer-encoding: chunked\r\n", smuggled)].concat(), &[(200, "")]),
        ("a bare LF behind a field", b"GET /healthz HTTP/1.1\r\nhost: x\n\r\n".to_vec(), &[(400, "-")]),
        ("a bare LF behind the request line", b"GET /healthz HTTP/1.1\nhost: x\r\n\r\n".to_vec(), &[(400, "-")]),
        ("a bare LF at the head's end", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\n".to_vec(), &[(400, "-")]),
        ("two requests with bare LFs", b"GET /healthz HTTP/1.1\nhost: x\n\nGET /healthz HTTP/1.1\nhost: x\n\n".to_vec(), &[(400, "-")]),
        ("two lengths that differ", post("content-length: 2\r\ncontent-length: 3\r\n", "{} "), &[(400, "-")]),
        ("a length with a sign", post("content-length: +2\r\n", "{}"), &[(400, "-")]),
        ("chunked, identity", post("transfer-encoding: chunked, identity\r\n", smuggled), &[(400, "-")]),
        ("an unknown coding", post("transfer-encoding: soup\r\n", smuggled), &[(400, "-")]),
        ("a folded line", b"GET /healthz HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n".to_vec(), &[(400, "-")]),
        ("a space before the colon", b"GET /healthz HTTP/1.1\r\nhost : x\r\n\r\n".to_vec(), &[(400, "-")]),
        ("a chunk size with a sign", post("transfer-encoding: chunked\r\n", "+2\r\n{}\r\n0\r\n\r\n"), &[(400, "malformed-body")]),
        ("a chunk size of 17 digits", post("transfer-encoding: chunked\r\n", "10000000000000002\r\n{}\r\n0\r\n\r\n"), &[(400, "malformed-body")]),
        ("a chunk size of 16 digits, with which any sum overflows", post("transfer-encoding: chunked\r\n", "2\r\n{}\r\nffffffffffffffff\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"), &[(400, "malformed-body")]),
        ("a chunk size of 16 digits that becomes 0 by two more", post("transfer-encoding: chunked\r\n", "fffffffffffffffe\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"), &[(400, "malformed-body")]),
        ("a chunk size of 40 digits", post("transfer-encoding: chunked\r\n", &format!("{}\r\n{{}}\r\n0\r\n\r\n", "f".repeat(40))), &[(400, "malformed-body")]),
        ("a chunk size that is none", post("transfer-encoding: chunked\r\n", "soup\r\n{}\r\n0\r\n\r\n"), &[(400, "malformed-body")]),
        ("a chunk cut short", post("transfer-encoding: chunked\r\n", "5\r\n{}"), &[(400, "malformed-body")]),
        ("a body cut short", post("content-length: 50\r\n", r#"{"name":"x"}"#), &[(400, "malformed-body")]),
        ("not HTTP", b"soup\r\n\r\n".to_vec(), &[(400, "-")]),
        ("HTTP/3.0 by text", b"GET /healthz HTTP/3.0\r\nhost: x\r\n\r\n".to_vec(), &[(400, "-")]),
        ("a NUL in a header", b"GET /healthz HTTP/1.1\r\nhost: x\r\na: \0\r\n\r\n".to_vec(), &[(400, "-")]),
        ("headers too many", format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", many(150)).into_bytes(), &[(431, "-")]),
        ("a header too long", format!("GET /healthz HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "x".repeat(40_000)).into_bytes(), &[(431, "head-too-large")]),
        ("a header far too long", format!("GET /healthz HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "x".repeat(2_000_000)).into_bytes(), &[(431, "-")]),
        ("no host", b"GET /healthz HTTP/1.1\r\n\r\n".to_vec(), &[(400, "malformed-header")]),
        ("two hosts", b"GET /healthz HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n".to_vec(), &[(400, "malformed-header")]),
        ("HTTP/1.0 without a host", b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(), &[(200, "")]),
        ("HTTP/1.0 kept alive", b"GET /healthz HTTP/1.0\r\nconnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n".to_vec(), &[(200, ""), (200, "")]),
        ("three at once", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /soup HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), &[(200, ""), (404, "not-found"), (200, "")]),
        ("an absolute target", b"GET http://x/healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), &[(200, "")]),
        ("OPTIONS *", b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), &[(204, "")]),
        ("nothing at all", Vec::new(), &[]),
    ]
}

/// Paths and methods.
fn targets(path: &str) -> Vec<Row> {
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes();
    let call = |method: &str, target: &str| {
        format!("{method} {target} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes()
    };
    let bad_path = || {
        [
            get("/sandwiches/\u{ff}"),
            b"GET /sandwiches/\xff HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        ]
    };
    let [utf8, latin] = bad_path();
    vec![
        ("HEAD", call("HEAD", path), &[(200, "")]),
        ("OPTIONS", call("OPTIONS", path), &[(204, "")]),
        (
            "an unknown method",
            call("BREW", path),
            &[(405, "method-not-allowed")],
        ),
        (
            "a known method in the wrong place",
            call("DELETE", "/sandwiches"),
            &[(405, "method-not-allowed")],
        ),
        ("TRACE", call("TRACE", path), &[(405, "method-not-allowed")]),
        (
            "a path upwards",
            get("/../etc/passwd"),
            &[(404, "not-found")],
        ),
        (
            "an escaped path upwards",
            get("/sandwiches/%2e%2e%2fetc%2fpasswd"),
            &[(404, "no-such-sandwich")],
        ),
        (
            "an escaped NUL",
            get("/sandwiches/%00"),
            &[(404, "no-such-sandwich")],
        ),
        (
            "an escape that is none",
            get("/sandwiches/%zz"),
            &[(404, "no-such-sandwich")],
        ),
        (
            "escapes that are not UTF-8",
            get("/sandwiches/%ff%fe"),
            &[(404, "no-such-sandwich")],
        ),
        ("UTF-8 without escapes", utf8, &[(404, "no-such-sandwich")]),
        ("Latin-1 without escapes", latin, &[(400, "-")]),
        (
            "ten thousand segments",
            get(&"/a".repeat(10_000)),
            &[(404, "not-found")],
        ),
        (
            "a target too long",
            get(&format!("/{}", "a".repeat(40_000))),
            &[(414, "target-too-long")],
        ),
        (
            "an id that is none",
            get("/sandwiches/blt"),
            &[(404, "no-such-sandwich")],
        ),
        (
            "an id in capitals",
            get(&path.to_uppercase().replace("/SANDWICHES", "/sandwiches")),
            &[(404, "no-such-sandwich")],
        ),
        (
            "an order's id that is none",
            get("/orders/blt"),
            &[(404, "no-such-order")],
        ),
        (
            "an unknown parameter",
            get("/sandwiches?price=1"),
            &[(400, "malformed-query")],
        ),
        (
            "a parameter twice",
            get("/sandwiches?limit=1&limit=2"),
            &[(400, "malformed-query")],
        ),
        (
            "a limit of 0",
            get("/sandwiches?limit=0"),
            &[(400, "malformed-query")],
        ),
        (
            "a limit below 0",
            get("/sandwiches?limit=-1"),
            &[(400, "malformed-query")],
        ),
        (
            "a limit too high",
            get("/sandwiches?limit=1000000000"),
            &[(400, "malformed-query")],
        ),
        (
            "an unknown order",
            get("/sandwiches?sort=price"),
            &[(400, "malformed-query")],
        ),
        (
            "a cursor that is none",
            get("/sandwiches?after=lunch"),
            &[(400, "malformed-query")],
        ),
        (
            "a name that is a query",
            get("/sandwiches?name=%27%20OR%201=1--"),
            &[(200, "")],
        ),
        (
            "a name with a NUL",
            get("/sandwiches?name=%00"),
            &[(200, "")],
        ),
        (
            "no handshake",
            get("/orders/events?after=x"),
            &[(400, "malformed-query")],
        ),
    ]
}

/// What is in a body.
fn bodies() -> Vec<Row> {
    let post = |kind: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "POST /sandwiches HTTP/1.1\r\nhost: x\r\n{kind}content-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let json = |body: &str| post("content-type: application/json\r\n", body.as_bytes());
    let name = |text: &str| json(&format!(r#"{{"name":"{text}"}}"#));
    let bytes = |body: &[u8]| post("content-type: application/json\r\n", body);
    let chunked = |n: usize| {
        let head = "POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        let body = "1000\r\n".to_owned() + &" ".repeat(0x1000) + "\r\n";
        (head.to_owned() + &body.repeat(n) + "0\r\n\r\n").into_bytes()
    };
    vec![
        ("nothing", json(""), &[(400, "malformed-json")]),
        (
            "a comma too many",
            json(r#"{"name":"x",}"#),
            &[(400, "malformed-json")],
        ),
        (
            "NaN",
            json(r#"{"name":"x","price_cents":NaN}"#),
            &[(400, "malformed-json")],
        ),
        (
            "a number out of every range",
            json(r#"{"name":"x","price_cents":1e999}"#),
            &[(400, "malformed-json")],
        ),
        (
            "a number out of range",
            json(r#"{"name":"x","price_cents":4294967296}"#),
            &[(422, "invalid-content")],
        ),
        (
            "a number below 0",
            json(r#"{"name":"x","price_cents":-1}"#),
            &[(422, "invalid-content")],
        ),
        (
            "half a number",
            json(r#"{"name":"x","price_cents":1.5}"#),
            &[(422, "invalid-content")],
        ),
        (
            "a member twice",
            json(r#"{"name":"x","name":"x"}"#),
            &[(400, "malformed-json")],
        ),
        (
            "a member twice, deep",
            json(r#"{"name":"x","y":[{"a":1,"a":1}]}"#),
            &[(400, "malformed-json")],
        ),
        (
            "half a surrogate",
            name(r"\ud800"),
            &[(400, "malformed-json")],
        ),
        (
            "not UTF-8",
            bytes(b"{\"name\":\"\xff\"}"),
            &[(400, "malformed-json")],
        ),
        (
            "a control character",
            bytes(b"{\"name\":\"\x07\"}"),
            &[(400, "malformed-json")],
        ),
        (
            "an escaped control character",
            name(r"\u0007"),
            &[(422, "invalid-content")],
        ),
        (
            "an escaped NUL",
            name(r"\u0000"),
            &[(422, "invalid-content")],
        ),
        (
            "thirty thousand arrays",
            json(&"[".repeat(30_000)),
            &[(400, "malformed-json")],
        ),
        (
            "thirty thousand objects",
            json(&r#"{"a":"#.repeat(10_000)),
            &[(400, "malformed-json")],
        ),
        (
            "a hundred thousand arrays",
            json(&"[".repeat(100_000)),
            &[(413, "content-too-large")],
        ),
        ("a list", json("[]"), &[(400, "malformed-json")]),
        ("null", json("null"), &[(400, "malformed-json")]),
        (
            "two objects",
            json(r#"{"name":"x"}{"name":"y"}"#),
            &[(400, "malformed-json")],
        ),
        (
            "an unknown field",
            json(r#"{"name":"x","price":3}"#),
            &[(422, "invalid-content")],
        ),
        (
            "a wrong type",
            json(r#"{"name":7}"#),
            &[(422, "invalid-content")],
        ),
        ("no name", json("{}"), &[(422, "invalid-content")]),
        ("an empty name", name(""), &[(422, "invalid-content")]),
        (
            "ten thousand and one ingredients",
            json(&format!(
                r#"{{"name":"x","ingredients":[{}"a"]}}"#,
                r#""a","#.repeat(10_000)
            )),
            &[(422, "invalid-content")],
        ),
        (
            "too large, declared",
            json(&" ".repeat(70_000)),
            &[(413, "content-too-large")],
        ),
        (
            "too large, in chunks",
            chunked(20),
            &[(413, "content-too-large")],
        ),
        (
            "no media type",
            post("", br#"{"name":"x"}"#),
            &[(415, "unsupported-media-type")],
        ),
        (
            "another media type",
            post("content-type: text/json\r\n", br#"{"name":"x"}"#),
            &[(415, "unsupported-media-type")],
        ),
        (
            "another charset",
            post(
                "content-type: application/json; charset=latin1\r\n",
                br#"{"name":"x"}"#,
            ),
            &[(415, "unsupported-media-type")],
        ),
        (
            "a coding",
            post(
                "content-type: application/json\r\ncontent-encoding: gzip\r\n",
                br#"{"name":"x"}"#,
            ),
            &[(415, "unsupported-media-type")],
        ),
        (
            "leave is asked for",
            post(
                "content-type: application/json\r\nexpect: 100-continue\r\n",
                br#"{"name":"x"}"#,
            ),
            &[(100, ""), (201, "")],
        ),
        (
            "an Accept that cannot be met",
            post(
                "content-type: application/json\r\naccept: image/png\r\n",
                br#"{"name":"x"}"#,
            ),
            &[(201, "")],
        ),
    ]
}

/// What is in the header fields.
fn fields(path: &str) -> Vec<Row> {
    let with = |method: &str, line: &str| {
        format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{line}\r\n\r\n").into_bytes()
    };
    let post = |line: &str| {
        format!("POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 12\r\n{line}\r\n\r\n{{\"name\":\"x\"}}").into_bytes()
    };
    vec![
        (
            "a tag that is there",
            with("GET", r#"if-none-match: "1""#),
            &[(304, "")],
        ),
        (
            "a weak tag that is there",
            with("GET", r#"if-none-match: "x", W/"1""#),
            &[(304, "")],
        ),
        ("any tag", with("GET", "if-none-match: *"), &[(304, "")]),
        (
            "another tag",
            with("GET", r#"if-none-match: "2""#),
            &[(200, "")],
        ),
        (
            "any version to match",
            with("GET", "if-match: *"),
            &[(200, "")],
        ),
        (
            "no tag at all",
            with("GET", "if-none-match: 1"),
            &[(400, "malformed-header")],
        ),
        (
            "another tag to match",
            with("GET", r#"if-match: "2""#),
            &[(412, "precondition-failed")],
        ),
        (
            "a stale tag",
            with("DELETE", r#"if-match: "2""#),
            &[(412, "precondition-failed")],
        ),
        (
            "a weak tag for a change",
            with("DELETE", r#"if-match: W/"1""#),
            &[(412, "precondition-failed")],
        ),
        (
            "half a tag",
            with("DELETE", r#"if-match: "1"#),
            &[(400, "malformed-header")],
        ),
        (
            "none there",
            with("DELETE", "if-none-match: *"),
            &[(412, "precondition-failed")],
        ),
        (
            "an empty key",
            post("idempotency-key:"),
            &[(400, "malformed-header")],
        ),
        (
            "two keys",
            post("idempotency-key: a\r\nidempotency-key: b"),
            &[(400, "malformed-header")],
        ),
        (
            "a key too long",
            post(&format!("idempotency-key: {}", "a".repeat(256))),
            &[(400, "malformed-header")],
        ),
    ]
}

/// Sends the bytes, ends this side, and reads all answers to the end of the connection.
fn talk(to: SocketAddr, bytes: &[u8]) -> Vec<Answer> {
    let mut stream = TcpStream::connect(to).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // The service may have answered and closed before all is sent: then the answer is what counts.
    let _ = stream
        .write_all(bytes)
        .and_then(|()| stream.shutdown(Shutdown::Write));
    let mut answers = Vec::new();
    let _ = stream.read_to_end(&mut answers);
    let is_head = bytes.starts_with(b"HEAD");
    answers_in(&answers, is_head)
}

fn answers_in(mut bytes: &[u8], is_head: bool) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        let head = String::from_utf8(bytes[..end].to_vec())
            .unwrap()
            .to_lowercase();
        let status = head[9..12].parse().unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = if is_head {
            0
        } else {
            length.map_or(0, |n| n.parse().unwrap())
        };
        let body = &bytes[end + 4..end + 4 + length];
        answers.push((status, kind(status, &head, body)));
        bytes = &bytes[end + 4 + length..];
    }
    assert_eq!(bytes, b"", "all of it is answers");
    answers
}

/// The last segment of the problem's type, after a look at the rest of it.
fn kind(status: u16, head: &str, body: &[u8]) -> String {
    if status < 400 {
        return String::new();
    }
    if body.is_empty() {
        return "-".to_owned();
    }
    assert!(
        head.contains("content-type: application/problem+json"),
        "{head}"
    );
    let problem: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(problem["status"], status);
    let kind = problem["type"].as_str().unwrap();
    kind.strip_prefix("/problems/").unwrap().to_owned()
}

#[test]
fn malformed_json_is_told_with_its_line_and_column() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    for (body, place) in [
        ("{\n  \"name\": x}", "line 2 column 11"),
        ("{\"name\":\"x\",\n\"name\":1}", "line 2 column 6"),
        ("[]", "line 1 column 1"),
    ] {
        let answer = client.call_with("POST", "/sandwiches", "application/json", body.as_bytes());
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.ends_with(place), "{body}: {detail}");
    }
    service.stop();
}

#[test]
fn a_field_that_is_wrong_is_named_by_its_pointer() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    for (body, pointers) in [
        (r#"{"name":7}"#, vec!["/name"]),
        (r#"{}"#, vec!["/name"]),
        (r#"{"name":"x","price":3}"#, vec!["/price"]),
        (
            r#"{"name":"x","ingredients":["a",7]}"#,
            vec!["/ingredients/1"],
        ),
        (
            &format!(
                r#"{{"name":"x","ingredients":["a"{}]}}"#,
                r#","a""#.repeat(10_000)
            ),
            vec!["/ingredients"],
        ),
        (
            r#"{"name":"","ingredients":["a",""],"price_cents":4000000000}"#,
            vec!["/name", "/ingredients/1", "/price_cents"],
        ),
        (
            r#"{"name":"x","description":"\u001b[31m"}"#,
            vec!["/description"],
        ),
    ] {
        let problem = client
            .call_with("POST", "/sandwiches", "application/json", body.as_bytes())
            .json();
        let errors = problem["errors"].as_array().unwrap();
        let named: Vec<&str> = errors
            .iter()
            .map(|one| one["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(named, pointers, "{body}");
    }
    service.stop();
}

/// A service that takes bodies of two mebibytes.
fn with_large_bodies(folder: &Folder) -> Service {
    let settings = Settings {
        body_max: 2 << 20,
        ..Settings::default()
    };
    Service::with(&folder.db(), settings, ServerConfig::new())
}

#[test]
fn a_name_of_a_mebibyte_is_named_where_the_limit_lets_it_in() {
    let folder = Folder::new();
    let service = with_large_bodies(&folder);
    let body = format!(r#"{{"name":"{}"}}"#, "a".repeat(1 << 20));

    let answer =
        service
            .client()
            .call_with("POST", "/sandwiches", "application/json", body.as_bytes());

    assert_eq!(
        (answer.status, &answer.json()["errors"][0]["pointer"]),
        (422, &"/name".into())
    );
    service.stop();
}

#[test]
fn a_hundred_thousand_arrays_are_refused_by_their_depth_where_the_limit_lets_them_in() {
    let folder = Folder::new();
    let service = with_large_bodies(&folder);
    let client = &mut service.client();

    for body in [
        "[".repeat(100_000) + &"]".repeat(100_000),
        format!(
            r#"{{"name":{}{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        ),
        r#"{"name":"#.repeat(100_000),
    ] {
        let answer = client.call_with("POST", "/sandwiches", "application/json", body.as_bytes());
        let problem = answer.json();
        let detail = problem["detail"].as_str().unwrap();
        assert_eq!(
            (answer.status, &problem["type"]),
            (400, &"/problems/malformed-json".into())
        );
        let is_told = detail.contains("recursion limit") && detail.contains("line 1 column ");
        assert!(is_told, "{detail}");
    }
    service.stop();
}

#[test]
fn strings_that_look_like_code_come_back_as_they_were() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    for name in [
        "'; DROP TABLE sandwiches; --",
        "<script>alert(1)</script>",
        "%s%n{}${jndi:x}",
        "\u{202e}TLB\u{202c}",
        "🥪\u{200d}🥪",
        "../../etc/passwd",
    ] {
        let body = serde_json::json!({ "name": name, "ingredients": [name], "description": name });
        let made = client.call_with(
            "POST",
            "/sandwiches",
            "application/json",
            body.to_string().as_bytes(),
        );
        let read = client.call("GET", made.header("location").unwrap()).json();
        assert_eq!(
            (&read["name"], &read["ingredients"][0], &read["description"]),
            (&name.into(), &name.into(), &name.into())
        );
    }
    service.stop();
}

#[test]
fn who_is_slow_is_told_so_and_nothing_is_stored() {
    let folder = Folder::new();
    let soon = Duration::from_millis(200);
    let config = ServerConfig::new()
        .first_byte(soon)
        .headers(soon)
        .body_idle(soon);
    let service = Service::with(&folder.db(), Settings::default(), config);

    for (what, sent, status) in [
        ("half a request line", "GET /heal", Some(408)),
        ("half a header", "GET /healthz HTTP/1.1\r\nho", Some(408)),
        (
            "half a body",
            "POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"name\"",
            Some(408),
        ),
        ("nothing", "", None),
    ] {
        let mut stream = TcpStream::connect(service.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let told = (!answer.is_empty()).then(|| answers_in(&answer, false)[0].0);
        assert!(told == status || told.is_none(), "{what}: {told:?}");
    }
    assert_eq!(
        service.client().call("GET", "/sandwiches").json()["sandwiches"],
        serde_json::json!([])
    );
    service.stop();
}

#[test]
fn a_body_far_too_large_is_refused_while_most_of_it_is_still_to_come() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let post = "POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let piece = " ".repeat(0x1000);

    for (head, piece) in [
        (
            format!("{post}content-length: 10000000000\r\n\r\n"),
            piece.clone(),
        ),
        (
            format!("{post}transfer-encoding: chunked\r\n\r\n"),
            format!("1000\r\n{piece}\r\n"),
        ),
    ] {
        let mut client = TcpStream::connect(service.address).unwrap();
        client.set_write_timeout(Some(PATIENCE)).unwrap();
        client.write_all(head.as_bytes()).unwrap();
        let mut reader = client.try_clone().unwrap();
        let refused = std::thread::spawn(move || {
            let mut answer = [0; 12];
            reader.read_exact(&mut answer).map(|()| answer)
        });
        let begun = Instant::now();
        while client.write_all(piece.as_bytes()).is_ok() {
            assert!(begun.elapsed() < PATIENCE, "it reads without end");
        }
        assert_eq!(&refused.join().unwrap().unwrap(), b"HTTP/1.1 413");
    }
    service.stop();
}

/// Sends a byte now and then until the service has ended the connection. Gives the status that it told, if any.
fn drip(to: SocketAddr, begin: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(begin.as_bytes()).unwrap();
    // Often enough that nothing is ever silent for as long as a deadline.
    stream
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let begun = Instant::now();
    let mut answer = Vec::new();
    loop {
        let mut piece = [0; 1024];
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => answer.extend(&piece[..n]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => break, // reset: the last byte crossed the end
        }
        let _ = stream.write_all(b"a");
        assert!(begun.elapsed() < PATIENCE, "{begin:?}: it goes on and on");
    }
    (!answer.is_empty()).then(|| answers_in(&answer, false)[0].0)
}

#[test]
fn who_sends_a_byte_now_and_then_is_ended_by_the_deadline_of_the_whole() {
    let folder = Folder::new();
    let config = ServerConfig::new()
        .headers(Duration::from_millis(300))
        .request(Duration::from_millis(600));
    let service = Service::with(&folder.db(), Settings::default(), config);
    let post = "POST /sandwiches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

    for (what, begin) in [
        ("the request line", "GET /"),
        ("a header", "GET /healthz HTTP/1.1\r\nhost: x\r\na: "),
        (
            "a body",
            &format!("{post}content-length: 60000\r\n\r\n{{\"name\":\""),
        ),
        (
            "a chunk",
            &format!("{post}transfer-encoding: chunked\r\n\r\nf000\r\n{{\"name\":\""),
        ),
    ] {
        let told = drip(service.address, begin);
        assert!(matches!(told, Some(408) | None), "{what}: {told:?}");
    }
    let menu = service.client().call("GET", "/sandwiches").json();
    assert_eq!(menu["sandwiches"], serde_json::json!([]));
    service.stop();
}
