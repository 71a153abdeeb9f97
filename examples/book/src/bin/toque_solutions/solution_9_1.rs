//! Two jobs and one thread, both aborted: what becomes of each?

use std::io;
use std::sync::mpsc;

use toque::sync::oneshot;
use toque::{Builder, spawn_blocking};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()?;
    runtime.block_on(async {
        let (ring, bell) = mpsc::channel();
        let (begin, begun) = oneshot::channel();
        let first = spawn_blocking(move || {
            begin.send(()).expect("the chef is here");
            bell.recv().expect("somebody rings");
            "done"
        });
        let second = spawn_blocking(|| "done");
        begun.await.map_err(io::Error::other)?;

        first.abort();
        second.abort();
        ring.send(()).map_err(io::Error::other)?;
        println!("the first, which had begun: {:?}", first.await.ok());
        println!("the second, which had not: {:?}", second.await.ok());
        Ok(())
    })
}
// ANCHOR_END: main
