//! The guard: of tokio there are traits and channels in the program, and no runtime, reactor, timer or file system.
//!
//! Cargo unifies features, so one careless dependency would bring them along without a word. The first test reads the tree that is
//! really built, the second one the threads that really run.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::process::Command;

use bytes::Bytes;
use ecosystem::run::{Result, run};
use ecosystem::tls::{HOST, Identity, server_name};
use futures_rustls::{TlsAcceptor, TlsConnector};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use toque::compat::hyper::{Executor, Io, Timer};
use toque::net::{TcpListener, TcpStream};

/// What of tokio's features may be there: they have no runtime in them.
const HARMLESS: [&str; 4] = ["bytes", "default", "io-util", "sync"];

/// The threads of this process by their names, of which Linux keeps 15 letters: the main one, those of the two tests here, and the
/// pool's.
const KNOWN: [&str; 4] = [
    "no_tokio_runtim",
    "the_tree_has_no",
    "only_known_thre",
    "toque-blocking",
];

#[test]
fn the_tree_has_none_of_tokios_runtime_features() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package=ecosystem",
            "--edges=features,no-dev",
            "--invert=tokio",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let features: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split_once("tokio feature \"")?.1.split('"').next())
        .collect();
    assert_eq!(features, HARMLESS.into(), "{tree}");
    for user in [
        "axum",
        "h2",
        "hyper-util",
        "tokio-postgres",
        "tokio-rustls",
        "toque",
    ] {
        assert!(
            tree.contains(&format!("─ {user} v")),
            "{user} is not there:\n{tree}"
        );
    }
}

#[test]
fn only_known_threads_run() {
    run(async {
        let identity = Identity::new("the cook");
        let listener = TcpListener::bind((HOST, 0)).await?; // the name is looked up on the pool
        let stream = TcpStream::connect(listener.local_addr()?).await?;
        toque::spawn(serve(listener, identity.server(&["h2"]).into()));
        let connector = TlsConnector::from(identity.client(&["h2"]));
        let stream = Io::new(connector.connect(server_name(), stream).await?);
        let mut client = hyper::client::conn::http2::Builder::new(Executor);
        let (mut sender, connection) = client.timer(Timer).handshake(stream).await?;
        toque::spawn(connection);
        let request = Request::get("https://localhost/").body(Full::<Bytes>::default())?;
        let answer = sender.send_request(request).await?.into_body();

        // The server says what it sees while it serves.
        let during = String::from_utf8(answer.collect().await?.to_bytes().to_vec())?;
        println!("while serving:\n{during}");
        let unknown: Vec<&str> = during
            .lines()
            .filter(|name| !KNOWN.contains(name))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(during.contains("toque-blocking"), "the name was looked up");
        Ok(())
    });
}

/// Serves HTTP/2 over TLS. Each answer is the list of threads.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor) -> Result {
    loop {
        let stream = acceptor.accept(listener.accept().await?.0).await?;
        let service = service_fn(async |_: Request<Incoming>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(threads())))
        });
        let mut server = hyper::server::conn::http2::Builder::new(Executor);
        toque::spawn(
            server
                .timer(Timer)
                .serve_connection(Io::new(stream), service),
        );
    }
}

/// The names of all threads of this process, a line each.
fn threads() -> String {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // One that ends meanwhile has no name any more.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.collect()
}
