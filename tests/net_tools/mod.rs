//! What the tests of sockets and pipes share.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

#[path = "../tools/mod.rs"]
mod tools;

#[allow(unused_imports, reason = "each test file takes what it needs")]
pub(crate) use tools::{Count, counting, let_others_run};

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a test's future on every kind of reactor. One that hangs fails instead.
pub(crate) fn run<F: Future<Output = Result>>(test: impl Fn() -> F) {
    let limit = Duration::from_secs(120); // a sanitizer on a busy machine is slow
    tools::on_every_reactor(|runtime| {
        let result = runtime.block_on(async { toque::time::timeout(limit, test()).await });
        result.expect("the test hangs").unwrap();
    });
}

/// Polls a future once and drops it: it must have waited.
pub(crate) async fn cancelled<F: Future>(future: F) {
    let mut future = pin!(future);
    let pending = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
    assert!(pending, "this one should have to wait");
}

/// Demands that an operation says it would block.
#[track_caller]
pub(crate) fn would_block<T: std::fmt::Debug>(result: io::Result<T>) {
    assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// Demands that an operation says that it is on the wrong thread.
#[track_caller]
pub(crate) fn is_foreign<T: std::fmt::Debug>(result: io::Result<T>) {
    let error = result.unwrap_err();
    assert!(error.to_string().contains("thread"), "{error}");
    assert_ne!(error.kind(), ErrorKind::WouldBlock);
}

/// Runs a future on a thread that is not the runtime's.
pub(crate) fn abroad<F: Future<Output = ()>>(future: impl FnOnce() -> F + Send) {
    thread::scope(|scope| {
        scope.spawn(|| futures_lite::future::block_on(future()));
    });
}

/// A path where nothing is, and nothing will be left.
pub(crate) struct TempPath(PathBuf);

impl TempPath {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("toque-test-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl AsRef<Path> for TempPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempPath {
    fn drop(&mut self) {
        // Gone already, or never there.
        let _ = std::fs::remove_file(&self.0);
    }
}
