//! A PostgreSQL server for tests: a real one, from the system's package, in a folder of its own.
//!
//! One for each test binary, started by the first test that asks. It ends with the process: a watcher, a shell that
//! holds the other end of a pipe, sees the pipe close, however the process ends, and stops the server.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Who is let in how.
const HBA: &str = "\
local all cook trust
host all cook 127.0.0.1/32 trust
host all guest 127.0.0.1/32 scram-sha-256
";

/// The server.
pub(crate) struct Server {
    /// Where `initdb`, `pg_ctl` and `psql` are.
    programs: PathBuf,
    /// The data, the log and the socket.
    folder: PathBuf,
    pub(crate) port: u16,
    /// Sees the end of this process.
    _watcher: Child,
}

impl Server {
    /// The server all tests of this binary share, or `None` where there is no PostgreSQL.
    pub(crate) fn shared() -> Option<&'static Server> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Server::start).as_ref()
    }

    /// One more, for a test that stops it.
    pub(crate) fn start() -> Option<Server> {
        let Some(programs) = programs() else {
            eprintln!(
                "skipped: no PostgreSQL in /usr/lib/postgresql (Debian: apt-get install postgresql)"
            );
            return None;
        };
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sandwiches-pg-{}-{n}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        if is_root() {
            let postgres = user_id("postgres");
            chown(&folder, Some(postgres), None).unwrap();
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let server = Server {
            _watcher: watcher(&programs, &folder),
            programs,
            folder,
            port: free_port(),
        };
        server.init();
        server.up();
        Some(server)
    }

    fn init(&self) {
        let mut command = self.command("initdb");
        command.args([
            "--auth=trust",
            "--username=cook",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        succeed(command.args(["--no-sync", "--pgdata"]).arg(self.data()));
        // Only the guest has a password: to check one takes long in a build without optimisation.
        fs::write(self.data().join("pg_hba.conf"), HBA).unwrap();
    }

    /// Starts it; returns once it takes connections.
    pub(crate) fn up(&self) {
        let settings = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200",
            self.port,
            self.folder.display()
        );
        let mut command = self.command("pg_ctl");
        command.args([
            "start",
            "--wait",
            "--silent",
            "--options",
            &settings,
            "--pgdata",
        ]);
        command
            .arg(self.data())
            .arg("--log")
            .arg(self.folder.join("log"));
        // It inherits what it is given and keeps it: a pipe would never end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "{}", self.log());
    }

    /// Stops it at once, as a crash would.
    pub(crate) fn down(&self) {
        let mut command = self.command("pg_ctl");
        succeed(
            command
                .args(["stop", "--mode=immediate", "--pgdata"])
                .arg(self.data()),
        );
    }

    /// A new, empty database. Gives its URL.
    pub(crate) fn database(&self) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("menu_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.sql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        self.url(&name)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://cook@127.0.0.1:{}/{database}", self.port)
    }

    /// The same by its socket.
    pub(crate) fn socket_url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://cook@{folder}:{}/{database}", self.port)
    }

    /// Runs statements in psql. Gives the first column of each row, a line each.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> String {
        let output = succeed(
            Command::new(self.programs.join("psql"))
                .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
                .arg(self.url(database))
                .args(["-c", statements]),
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs statements in psql, and does not wait for them.
    pub(crate) fn background(&self, database: &str, statements: &str) -> Child {
        let mut command = Command::new(self.programs.join("psql"));
        command
            .args(["-X", "-q", "-c", statements])
            .arg(self.url(database));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().unwrap()
    }

    fn command(&self, program: &str) -> Command {
        as_postgres(&self.programs.join(program))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

/// Starts what stops the server and removes its folder once nobody holds the child, or this process has ended.
fn watcher(programs: &Path, folder: &Path) -> Child {
    let script = "cat; \"$1\"/pg_ctl stop --mode=immediate --pgdata \"$2\"/data; rm -rf \"$2\"";
    let mut command = as_postgres("sh".as_ref());
    command.args(["-c", script, "sh"]).args([programs, folder]);
    command.process_group(0); // a Ctrl-C for the tests must not end it too
    // The end of the pipe that we hold is not inherited by other children.
    command.stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// A program, as a user that the server wants to run as: never root.
fn as_postgres(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

/// The newest version that is installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            let programs = entry.path().join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((version, programs))
        })
        .collect();
    found.sort();
    Some(found.pop()?.1)
}

/// A port that nobody has at this moment. It is none of those that the system hands out: one that a listener just gave back may be some
/// client's before the server comes for it.
fn free_port() -> u16 {
    let handed_out = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let first = handed_out.split_whitespace().next().unwrap();
    let ours = 1024..first.parse::<u32>().unwrap();
    // Somewhere in the midst, or the tests that run at once would all ask for the same one.
    let somewhere = RandomState::new().hash_one(()) as usize % ours.len();
    let ports = ours.clone().cycle().skip(somewhere).take(ours.len());
    ports
        .map(|port| port as u16)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a port is free")
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn user_id(name: &str) -> u32 {
    let users = fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(name));
    let id = line.and_then(|line| line.split(':').nth(2));
    id.and_then(|id| id.parse().ok())
        .expect("the package has made the user")
}

#[track_caller]
fn succeed(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
