//! A PostgreSQL server for tests: a real one, of Debian's package, in a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use ecosystem::run::skip;

/// Makes a server, says its port and its folder, and ends it once nobody holds the other end of its input. So it ends with the test
/// process, however that ends. `$1` is where the programs are, `$2` the first port to try.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$1"/initdb --pgdata=data --username=cook --auth=trust --encoding=UTF8 --locale=C --no-sync >log
port=$2
start() {
    "$1"/pg_ctl start --wait --silent --pgdata=data --log=log </dev/null 2>>log \
        --options="-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off"
}
until start "$1"; do
    port=$((port + 1))
    [ "$port" -lt $(($2 + 20)) ] || { cat log >&2; exit 1; }
done
echo "$port $folder"
cat
"$1"/pg_ctl stop --silent --mode=immediate --pgdata=data
"#;

/// The server. Dropped, it is stopped as by a crash.
pub(crate) struct Server {
    /// Its port on the loopback address.
    pub(crate) port: u16,
    /// Its socket.
    pub(crate) socket: PathBuf,
    /// The script, at its `cat`.
    script: Child,
}

impl Server {
    /// The one that the tests of a process share, or `None` where there is no PostgreSQL.
    pub(crate) fn shared() -> Option<&'static Server> {
        static SHARED: OnceLock<Server> = OnceLock::new();
        let programs = programs()?; // outside, so that each test says it
        Some(SHARED.get_or_init(|| Server::launch(&programs)))
    }

    /// One more, for a test that stops it.
    pub(crate) fn start() -> Option<Server> {
        Some(Server::launch(&programs()?))
    }

    fn launch(programs: &Path) -> Server {
        let mut command = shell();
        command.args(["-c", SCRIPT, "sh"]).arg(programs);
        command.arg(first_port().to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(script.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let place = line.trim_end().split_once(' ');
        let (port, folder) = place.expect("the server starts");
        Server {
            port: port.parse().unwrap(),
            socket: Path::new(folder).join(format!(".s.PGSQL.{port}")),
            script,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.script.stdin.take()); // its `cat` ends
        let _ = self.script.wait();
    }
}

/// A shell of a user that the server runs as: it refuses root.
fn shell() -> Command {
    if !fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "sh",
    ]);
    command.env_remove("TMPDIR"); // it may be root's own
    command
}

/// Where the programs of one version are, the first that is found. If there is none, it says so.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    let found = folders.find(|folder| folder.join("initdb").exists());
    if found.is_none() {
        skip("/usr/lib/postgresql", "postgresql");
    }
    found
}

/// Below those that Linux gives to clients, which could take it while `initdb` runs.
fn first_port() -> u32 {
    10_000 + std::process::id() % 20_000
}
