//! Operation: tokens, CORS, TLS, limits, panics, probes, metrics, threads, as whoever runs the service sees them.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::Parser;
use futures_rustls::pki_types::ServerName;
use futures_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring,
};
use sandwiches::options::Options;
use sandwiches::{App, Settings, tls};
use serde_json::json;
use support::program::figure;
use support::{Folder, Service, make, open};
use toque::http::ServerConfig;

const JSON: &str = "content-type: application/json\r\n";

fn with(folder: &Folder, settings: Settings) -> Service {
    Service::with(&folder.db(), settings, ServerConfig::new())
}

#[test]
fn with_a_token_reads_are_free_and_changes_are_not() {
    let folder = Folder::new();
    let file = folder.db().with_extension("token");
    std::fs::write(&file, "open sesame\n").unwrap();
    let options = Options::parse_from([
        "sandwiches".as_ref(),
        "--token-file".as_ref(),
        file.as_os_str(),
    ]);
    let service = with(&folder, options.settings().unwrap());
    let client = &mut service.client();
    let body = r#"{"name":"BLT"}"#;

    for (line, status) in [
        ("", 401),
        ("authorization: Bearer open\r\n", 401),
        ("authorization: Bearer open sesame!\r\n", 401),
        ("authorization: Basic open sesame\r\n", 401),
        ("authorization: Bearer open sesame\r\n", 201),
        ("authorization: bearer open sesame\r\n", 201),
    ] {
        let answer = client.call_lines("POST", "/sandwiches", &format!("{JSON}{line}"), body);
        assert_eq!(answer.status, status, "{line}");
        let challenge = answer.header("www-authenticate").is_some();
        assert_eq!(challenge, status == 401, "{line}");
    }
    assert_eq!(client.call("GET", "/sandwiches").status, 200);
    service.stop();
}

#[test]
fn web_pages_of_other_origins_are_let_in_by_name_only() {
    let folder = Folder::new();
    let origin = HeaderValue::from_static("https://lunch.example");
    let settings = Settings {
        cors_origins: vec![origin],
        ..Settings::default()
    };
    let service = with(&folder, settings);
    let client = &mut service.client();
    let allowed = "access-control-allow-origin";

    for (origin, is_allowed) in [
        ("https://lunch.example", true),
        ("https://evil.example", false),
    ] {
        let lines = format!("origin: {origin}\r\naccess-control-request-method: PUT\r\n");
        let asked = client.call_lines("OPTIONS", "/sandwiches", &lines, "");
        assert_eq!(asked.header(allowed), is_allowed.then_some(origin));
        let read = client.call_lines("GET", "/sandwiches", &lines, "");
        assert_eq!(read.header(allowed), is_allowed.then_some(origin));
    }
    service.stop();

    let service = with(&folder, Settings::default());
    let read = service.client().call_lines(
        "GET",
        "/sandwiches",
        "origin: https://lunch.example\r\n",
        "",
    );
    assert_eq!(read.header(allowed), None, "nobody by default");
    service.stop();
}

#[test]
fn a_handler_that_panics_costs_its_own_request_and_no_other() {
    let folder = Folder::new();
    let service = Service::burning(&folder.db());
    let client = &mut service.client();

    let burnt = client.call_lines("GET", "/burn", "x-request-id: toast-1\r\n", "");

    assert_eq!(
        (burnt.status, &burnt.json()["type"]),
        (500, &json!("/problems/internal-error"))
    );
    assert_eq!(
        burnt.header("x-request-id"),
        Some("toast-1"),
        "by which the log is searched"
    );
    assert_eq!(
        client.call("GET", "/cook").body,
        b"toast",
        "on the same connection"
    );
    service.stop();
}

#[test]
fn too_many_requests_at_once_are_refused_and_probes_are_not() {
    let folder = Folder::new();
    let settings = Settings {
        requests_max: 1,
        ..Settings::default()
    };
    // The slow one is cut off at the end.
    let config = ServerConfig::new().drain_timeout(Duration::from_millis(100));
    let service = Service::with(&folder.db(), settings, config);
    let (mut slow, mut quick) = (service.client(), service.client());
    let path = make(&mut quick, "BLT");
    slow.send("GET", &format!("{path}?slow_ms=60000"));

    // The slow one may still be on its way: then this is let in.
    let refused = loop {
        let answer = quick.call("GET", &path);
        if answer.status != 200 {
            break answer;
        }
    };

    assert_eq!(
        (refused.status, &refused.json()["type"]),
        (503, &json!("/problems/overloaded"))
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(quick.call("GET", "/healthz").status, 200);
    assert_eq!(quick.call("GET", "/readyz").status, 200);
    service.stop();
}

#[test]
fn a_request_keeps_a_sane_name_and_gets_one_otherwise() {
    let folder = Folder::new();
    let service = with(&folder, Settings::default());
    let client = &mut service.client();

    for (sent, is_kept) in [
        ("a-B_3.c", true),
        ("two words", false),
        ("", false),
        (&"x".repeat(129), false),
    ] {
        let answer = client.call_lines("GET", "/healthz", &format!("x-request-id: {sent}\r\n"), "");
        let name = answer.header("x-request-id").unwrap();
        assert_eq!(name == sent, is_kept, "{sent}: {name}");
        assert!(!name.is_empty());
    }
    service.stop();
}

#[test]
fn the_metrics_count_by_template_and_status() {
    let folder = Folder::new();
    let service = with(&folder, Settings::default());
    let client = &mut service.client();
    let path = make(client, "BLT");
    for target in [&path, &path, "/sandwiches/blt", "/soup"] {
        client.call("GET", target);
    }
    client.call("BREW", "/sandwiches");

    let metrics = String::from_utf8(client.call("GET", "/metrics").body).unwrap();

    for line in [
        r#"http_requests_total{method="GET",route="/sandwiches/{id}",status="200"} 2"#,
        r#"http_requests_total{method="GET",route="/sandwiches/{id}",status="404"} 1"#,
        r#"http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"http_requests_total{method="other",route="/sandwiches",status="405"} 1"#,
        r#"http_request_duration_seconds_bucket{method="GET",route="/sandwiches/{id}",status="200",le="+Inf"} 2"#,
        "connections_open 1",
        "runtime_queue_depth 0",
        "runtime_blocking_queue_depth 0",
    ] {
        assert!(
            metrics.lines().any(|one| one == line),
            "{line} is not in\n{metrics}"
        );
    }
    let threads: usize = figure(client, "runtime_blocking_threads") as usize;
    assert!(
        (1..=16).contains(&threads),
        "{threads}: they have read the store"
    );
    let tasks = figure(client, "runtime_tasks_alive");
    let other = &mut service.client();
    other.call("GET", "/healthz");
    assert_eq!(
        figure(client, "runtime_tasks_alive"),
        tasks + 1,
        "one more connection"
    );
    service.stop();
}

#[test]
fn a_store_that_is_away_makes_the_service_unready_and_not_dead() {
    let folder = Folder::new();
    let service = with(&folder, Settings::default());
    let client = &mut service.client();
    assert_eq!(client.call("GET", "/readyz").status, 200);

    service.close_store();

    let answer = client.call("GET", "/readyz");
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (503, &json!("/problems/store-unavailable"))
    );
    assert_eq!(client.call("GET", "/healthz").status, 200);
    service.stop();
}

#[test]
fn with_a_certificate_it_speaks_tls_and_a_stuck_handshake_delays_nobody() {
    let folder = Folder::new();
    let (chain, key, roots) = certificate(&folder);
    let acceptor = tls::acceptor(&chain, &key).unwrap();
    let (tell, address) = std::sync::mpsc::channel();
    let app = App::new(open(&folder.db()), Settings::default());
    let closing = app.closing.clone();
    let thread = std::thread::spawn(move || {
        toque::Runtime::new().unwrap().block_on(async {
            let listener = toque::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let closing = app.closing.clone();
            toque::http::serve(tls::listener(listener, acceptor), sandwiches::app(app))
                .with_graceful_shutdown(async move { closing.cancelled().await })
                .await
        })
    });
    let address = address.recv().unwrap();
    let stuck = TcpStream::connect(address).unwrap();

    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).unwrap());
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();

    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("alive\n"),
        "{answer}"
    );
    drop(stuck);
    closing.cancel();
    thread.join().unwrap();
}

/// A certificate for `localhost` and its key, in files, and the roots that trust it.
fn certificate(folder: &Folder) -> (std::path::PathBuf, std::path::PathBuf, RootCertStore) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (chain, key) = (
        folder.db().with_extension("crt"),
        folder.db().with_extension("key"),
    );
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    (chain, key, roots)
}

#[test]
fn a_certificate_that_is_none_is_named() {
    let folder = Folder::new();
    let nothing = folder.db().with_extension("crt");
    let error = tls::acceptor(&nothing, &nothing).err().unwrap();
    assert!(error.contains("sandwiches.crt"), "{error}");
}

#[test]
fn connections_beyond_the_limit_wait_until_one_ends() {
    let folder = Folder::new();
    let config = ServerConfig::new().max_connections(1);
    let service = Service::with(&folder.db(), Settings::default(), config);
    let mut first = service.client();
    assert_eq!(first.call("GET", "/healthz").status, 200);
    let mut second = service.client();
    second.send("GET", "/healthz");
    for _ in 0..10 {
        assert_eq!(first.call("GET", "/healthz").status, 200);
    }
    assert!(second.waits());

    drop(first);

    assert_eq!(second.receive().status, 200);
    service.stop();
}

#[test]
fn a_client_that_never_reads_is_dropped_and_others_are_served() {
    let folder = Folder::new();
    let config = ServerConfig::new().write_idle(Duration::from_millis(200));
    let service = Service::with(&folder.db(), Settings::default(), config);
    let mut greedy = TcpStream::connect(service.address).unwrap();
    greedy
        .set_write_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let asked = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);

    // Its answers fill the buffers, then the service reads no more of it; then it is cut off.
    let failed = (0..1000).find_map(|_| greedy.write_all(&asked).err());

    let failed = failed.expect("the connection ends").kind();
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    assert!(matches!(failed, BrokenPipe | ConnectionReset), "{failed}");
    assert_eq!(service.client().call("GET", "/healthz").status, 200);
    service.stop();
}
