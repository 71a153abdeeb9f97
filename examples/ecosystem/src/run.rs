//! How a test is run: on a runtime of its own, with a limit; or skipped.

use std::error::Error;
use std::time::Duration;

use toque::runtime::{Builder, ReactorKind};

/// What a test ends with.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Longer than any test takes on a slow machine. One that hangs fails with a word instead.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a test on the reactor that is the default.
///
/// # Panics
/// If the test fails or hangs.
#[track_caller]
pub fn run(test: impl Future<Output = Result>) {
    run_on(ReactorKind::default(), test);
}

/// Runs a test on the reactor of this system, and on the one that is the same everywhere.
///
/// # Panics
/// If the test fails or hangs.
#[track_caller]
pub fn on_each_reactor(test: impl AsyncFn() -> Result) {
    run_on(ReactorKind::Native, test());
    run_on(ReactorKind::Portable, test());
}

#[track_caller]
fn run_on(kind: ReactorKind, test: impl Future<Output = Result>) {
    let runtime = Builder::new_current_thread().reactor(kind).build().unwrap();
    match runtime.block_on(async { toque::time::timeout(LIMIT, test).await }) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("on the reactor {kind:?}: {error} ({error:?})"),
        Err(_) => panic!("on the reactor {kind:?}: the test hangs"),
    }
}

/// Says that a test is skipped for want of a program.
///
/// # Panics
/// Where `CI` is set: there it must be seen to work.
pub fn skip(program: &str, package: &str) {
    eprintln!("skipped: no {program} (Debian: apt-get install {package})");
    assert!(std::env::var_os("CI").is_none(), "CI installs {package}");
}
