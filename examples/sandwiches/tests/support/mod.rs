//! What the service's tests share: a small HTTP client, a folder that goes away, and a service on a thread.

// Each test file takes what it needs and leaves the rest.
#![allow(dead_code, unused_imports)]

pub(crate) mod chromium;
pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod disk;
pub(crate) mod guest;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod program;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
pub(crate) use client::{Answer, Client};
use sandwiches::app::around;
use sandwiches::store::{Options, Store, sqlite::SqliteStore};
use sandwiches::{App, Settings};
use toque::http::{Report, ServerConfig, serve};

/// Longer than any answer takes; a test that gets here fails with a timeout instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked for what nobody tells.
const GLANCE: Duration = Duration::from_millis(5);

/// How long each step of an order takes.
pub(crate) const PACE: Duration = Duration::from_millis(20);

/// Stores a sandwich and gives its path, `/sandwiches/{id}`.
pub(crate) fn make(client: &mut Client, name: &str) -> String {
    let body = serde_json::json!({ "name": name }).to_string();
    let answer = client.call_with("POST", "/sandwiches", "application/json", body.as_bytes());
    assert_eq!(answer.status, 201, "{answer:?}");
    answer
        .header("location")
        .expect("201 has a location")
        .to_owned()
}

/// Looks again and again until it is so: for what nobody tells, such as the number of descriptors of a process.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        thread::sleep(GLANCE);
    }
}

/// A folder of its own for each test, removed with what is in it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sandwiches-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the service under test keeps its sandwiches.
    pub(crate) fn db(&self) -> PathBuf {
        self.0.join("sandwiches.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The service on a thread and a port of its own.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// Its `closing` tells the service to stop.
    pub(crate) app: App,
    thread: thread::JoinHandle<Report>,
}

impl Service {
    /// Returns once it listens. Slow queries are allowed.
    pub(crate) fn start(db: &Path) -> Service {
        Service::with(db, Settings::default(), ServerConfig::new())
    }

    /// With settings of its own, except for slow queries, which are always allowed.
    pub(crate) fn with(db: &Path, settings: Settings, config: ServerConfig) -> Service {
        let settings = Settings {
            allow_slow: true,
            ..settings
        };
        let app = App::new(open(db), settings);
        let routes = sandwiches::app(app.clone());
        Service::of(app, routes, config)
    }

    /// With two routes instead of its own: `/burn`, whose handler panics, and `/cook`.
    pub(crate) fn burning(db: &Path) -> Service {
        let app = App::new(open(db), Settings::default());
        let burn = get(async || -> &'static str { panic!("the toast is black") });
        let cook = get(async || "toast");
        let routes = Router::new().route("/burn", burn).route("/cook", cook);
        Service::of(app.clone(), around(routes, app), ServerConfig::new())
    }

    /// With these routes.
    pub(crate) fn of(app: App, routes: Router, config: ServerConfig) -> Service {
        let (tell_address, address) = mpsc::channel();
        let served = app.clone();
        let thread = thread::spawn(move || {
            toque::Runtime::new().unwrap().block_on(async {
                let any = SocketAddr::from(([127, 0, 0, 1], 0));
                let listener = toque::net::TcpListener::bind(any).await.unwrap();
                tell_address.send(listener.local_addr().unwrap()).unwrap();
                drop(toque::spawn(served.kitchen.clone().work(PACE)));
                let closing = served.closing.clone();
                let server = serve(listener, routes)
                    .config(config)
                    .with_graceful_shutdown(async move { closing.cancelled().await });
                served.metrics.watch(server.handle());
                let report = server.await;
                served.sockets_closed().await;
                served.store.close().await.unwrap(); // as the program does: then the file is whole, and nobody has it
                report
            })
        });
        Service {
            address: address.recv().expect("the service starts"),
            app,
            thread,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Takes its store away.
    pub(crate) fn close_store(&self) {
        let closed = self.app.store.close();
        toque::Runtime::new().unwrap().block_on(closed).unwrap();
    }

    /// Tells it to stop, and does not wait.
    pub(crate) fn tell_to_stop(&mut self) {
        self.app.closing.cancel();
    }

    /// Stops it and waits for its end.
    pub(crate) fn stop(mut self) -> Report {
        self.tell_to_stop();
        self.join()
    }

    /// Waits for its end.
    pub(crate) fn join(self) -> Report {
        self.thread.join().expect("the service does not panic")
    }
}

/// A store in this file.
pub(crate) fn open(db: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(db, &Options::default()).unwrap())
}
