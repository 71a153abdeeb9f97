//! A runtime that ends while a job runs.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use toque::Builder;

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let limit = Duration::from_millis(20);
    let runtime = Builder::new_current_thread()
        .shutdown_timeout(limit)
        .build()?;
    let (ring, bell) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    runtime.spawn_blocking(move || {
        begin.send(()).expect("the chef is here");
        bell.recv().expect("somebody rings");
    });
    begun.recv().map_err(io::Error::other)?;

    let report = runtime.shutdown(limit);
    println!("still at work: {}", report.running_jobs.len());
    ring.send(()).map_err(io::Error::other) // the thread is still there, and hears it
}
// ANCHOR_END: main
