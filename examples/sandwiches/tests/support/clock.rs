//! A wall clock that can be moved under a program while it runs. `clock.c` says how.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Folder;
use super::program::{BINARY, Program};

/// The clock of the programs that are started with it.
pub(crate) struct Clock {
    /// `clock.c`, compiled.
    library: PathBuf,
    /// By how many seconds it is moved, as eight bytes.
    moved: PathBuf,
}

impl Clock {
    /// A clock that is right.
    pub(crate) fn new(folder: &Folder) -> Clock {
        let clock = Clock {
            library: folder.db().with_file_name("clock.so"),
            moved: folder.db().with_file_name("moved"),
        };
        File::create(&clock.moved).unwrap();
        clock.move_by(0);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/clock.c");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-o"])
            .arg(&clock.library)
            .arg(source);
        assert!(compiler.status().unwrap().success());
        clock
    }

    /// From now on it is so many seconds before or behind the system's.
    pub(crate) fn move_by(&self, seconds: i64) {
        let file = File::options().write(true).open(&self.moved).unwrap();
        file.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    }

    /// A program that goes by it.
    pub(crate) fn start(&self, db: impl AsRef<OsStr>, more: &[&str]) -> Program {
        let mut command = Command::new(BINARY);
        command
            .env("LD_PRELOAD", &self.library)
            .env("WALL_CLOCK_MOVED", &self.moved);
        Program::by(command, db, more)
    }
}
