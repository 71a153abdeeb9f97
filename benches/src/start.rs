//! Start: what a runtime costs before it does anything. The programs in `start/` say "hello" to one guest, on each runtime;
//! `benches start` compiles each from scratch, strips it, and times it from its start to its guest's hearing.
//! Writes `results/start.md`.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use crate::figures::{median, nanoseconds};
use crate::process::Guarded;
use crate::report;
use crate::rows::Pace;

/// The folders of `start/`.
const CONTESTANTS: [&str; 6] = ["toque", "tokio", "tokio-full", "smol", "monoio", "bare"];

/// What was found of a contestant.
struct Found {
    /// Its folder, and its name in the report.
    name: &'static str,
    /// Packages that were compiled: its own and its dependencies.
    packages: usize,
    /// Seconds to compile all of them, round by round.
    compiled: Vec<f64>,
    /// KiB of the stripped program.
    size: f64,
    /// Microseconds from start to answer, run by run.
    started: Vec<f64>,
}

/// Measures all of them and writes the report.
pub(crate) fn run(pace: Pace) -> Result<(), String> {
    let run = || -> io::Result<()> {
        let mut found: Vec<Found> = CONTESTANTS.map(Found::new).into();
        for round in 0..pace.of(3, 1) {
            in_turn(&mut found, round, Found::compile)?;
        }
        for round in 0..pace.of(200, 20) {
            in_turn(&mut found, round, Found::start)?;
        }
        write(&found)
    };
    run().map_err(|error| error.to_string())
}

/// Lets each do its part; who is first rotates from round to round.
fn in_turn(
    found: &mut [Found],
    round: usize,
    part: fn(&mut Found) -> io::Result<()>,
) -> io::Result<()> {
    let count = found.len();
    (0..count).try_for_each(|turn| part(&mut found[(round + turn) % count]))
}

impl Found {
    fn new(name: &'static str) -> Found {
        Found {
            name,
            packages: 0,
            compiled: Vec::new(),
            size: 0.0,
            started: Vec::new(),
        }
    }

    /// The folder of its package.
    fn package(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("start")
            .join(self.name)
    }

    /// Where it is built, apart from all else.
    fn target(&self) -> PathBuf {
        env::temp_dir().join(format!(
            "benches-start-{}-{}",
            self.name,
            std::process::id()
        ))
    }

    fn program(&self) -> PathBuf {
        self.target()
            .join("release")
            .join(format!("start-{}", self.name))
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(self.package())
            .env("CARGO_TARGET_DIR", self.target());
        cargo
    }

    /// Builds it from nothing. What has to be downloaded is there before the clock starts.
    fn compile(&mut self) -> io::Result<()> {
        eprintln!("start: compiling {}", self.name);
        done(self.cargo().args(["fetch", "--quiet"]))?;
        if self.target().exists() {
            fs::remove_dir_all(self.target())?;
        }
        let start = Instant::now();
        done(self.cargo().args(["build", "--release", "--quiet"]))?;
        self.compiled.push(start.elapsed().as_secs_f64());
        self.size = fs::metadata(self.program())?.len() as f64 / 1024.0;
        self.packages = packages(
            &self
                .cargo()
                .args(["tree", "--prefix=none", "--edges=normal,build"])
                .output()?
                .stdout,
        );
        Ok(())
    }

    /// Starts it, is its guest, and hears it out.
    fn start(&mut self) -> io::Result<()> {
        let start = Instant::now();
        let mut server = Guarded::start(&mut Command::new(self.program()));
        let port: u16 = server.next_line().parse().map_err(io::Error::other)?;
        let mut heard = String::new();
        TcpStream::connect(("127.0.0.1", port))?.read_to_string(&mut heard)?;
        self.started.push(nanoseconds(start.elapsed()) / 1e3);
        assert_eq!(heard, "hello");
        Ok(())
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.target()); // an error means that it was never built
    }
}

fn done(command: &mut Command) -> io::Result<()> {
    let status = command.stdout(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{command:?}: {status}")))
    }
}

/// The number of packages in a tree, in which one may stand often.
fn packages(tree: &[u8]) -> usize {
    let text = String::from_utf8_lossy(tree);
    let mut lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines.retain(|line| !line.is_empty());
    lines.len()
}

fn write(found: &[Found]) -> io::Result<()> {
    let mut text = format!(
        "# Before the first request\n\n{}\n\nA program that says \"hello\" to one guest, compiled from scratch and stripped. \
         Medians of interleaved rounds.\n\n\
         | on | packages | compiled in, s | size, KiB | from start to answer, µs |\n|---|--:|--:|--:|--:|\n",
        report::caption()
    );
    for it in found {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.0} | {} |",
            it.name,
            it.packages,
            report::short(median(&it.compiled)),
            it.size,
            report::short(median(&it.started)),
        );
    }
    print!("{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("start.md"), text)
}

#[cfg(test)]
mod tests {
    use super::packages;

    #[test]
    fn a_package_that_stands_twice_in_the_tree_is_one() {
        assert_eq!(packages(b"a v1 (*)\nb v1\n\na v1\n"), 2);
    }
}
