//! What the service's tests share: a small HTTP client, a folder that goes away, and a service on a thread.

// Each test file takes what it needs and leaves the rest.
#![allow(dead_code)]

pub(crate) mod clock;
pub(crate) mod disk;
pub(crate) mod guest;
pub(crate) mod postgres;
pub(crate) mod program;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use sandwiches::app::around;
use sandwiches::store::{Options, Store, sqlite::SqliteStore};
use sandwiches::{App, Settings};
use serde_json::Value;
use toque::http::{Report, ServerConfig, serve};

/// Longer than any answer takes; a test that gets here fails with a timeout instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked for what nobody tells.
const GLANCE: Duration = Duration::from_millis(5);

/// How long each step of an order takes.
pub(crate) const PACE: Duration = Duration::from_millis(20);

/// A blocking HTTP/1.1 client on one connection, which it keeps.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(to: SocketAddr) -> Client {
        let stream = TcpStream::connect(to).expect("the service listens");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client(BufReader::new(stream))
    }

    /// A request without a body.
    pub(crate) fn call(&mut self, method: &str, target: &str) -> Answer {
        self.send(method, target);
        self.receive()
    }

    /// A request with a body.
    pub(crate) fn call_with(
        &mut self,
        method: &str,
        target: &str,
        content_type: &str,
        body: &[u8],
    ) -> Answer {
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        self.write(&[head.as_bytes(), body].concat());
        self.receive()
    }

    /// A request with these lines behind its first two, each with its end, and a body.
    pub(crate) fn call_lines(
        &mut self,
        method: &str,
        target: &str,
        lines: &str,
        body: &str,
    ) -> Answer {
        self.try_call_lines(method, target, lines, body)
            .expect("an answer comes")
    }

    /// The same; an error if the connection ends before the answer is whole.
    pub(crate) fn try_call_lines(
        &mut self,
        method: &str,
        target: &str,
        lines: &str,
        body: &str,
    ) -> io::Result<Answer> {
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n");
        let request = format!("{head}{lines}\r\n{body}");
        self.0.get_mut().write_all(request.as_bytes())?;
        self.try_receive()
    }

    /// Sends a request without a body, and does not wait for its answer.
    pub(crate) fn send(&mut self, method: &str, target: &str) {
        self.write(format!("{method} {target} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes());
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// The next answer.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Answer {
        self.try_receive().expect("an answer comes")
    }

    /// The next answer; an error if the connection ends before it is whole.
    pub(crate) fn try_receive(&mut self) -> io::Result<Answer> {
        let status_line = self.try_line()?;
        let code = status_line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok());
        let status =
            code.ok_or_else(|| io::Error::other(format!("no status line: {status_line:?}")))?;
        let mut answer = Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.try_line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').expect("a header has a colon");
            let header = (name.to_ascii_lowercase(), value.trim().to_owned());
            answer.headers.push(header);
        }
        let length = answer.header("content-length");
        let length = length.map_or(0, |n| n.parse().unwrap());
        answer.body.resize(length, 0);
        self.0.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    /// The same connection, to do with it what a client does not.
    pub(crate) fn stream(&self) -> TcpStream {
        self.0.get_ref().try_clone().unwrap()
    }

    /// Whether nothing has arrived so far.
    pub(crate) fn waits(&self) -> bool {
        let stream = self.0.get_ref();
        stream.set_nonblocking(true).unwrap();
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false).unwrap();
        self.0.buffer().is_empty()
            && peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Waits until the service closes the connection, and panics if it says anything before.
    pub(crate) fn expect_end(&mut self) {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"", "nothing comes before the end");
    }

    /// The next line, without its end; empty at the end of the connection too.
    pub(crate) fn line(&mut self) -> String {
        self.try_line().unwrap()
    }

    fn try_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

/// An answer, with its header names in lower case.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

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
