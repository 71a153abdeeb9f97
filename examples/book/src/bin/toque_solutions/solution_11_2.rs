//! A paused clock and a job of the pool.

use std::io;
use std::time::Duration;

use toque::time::{Instant, sleep};
use toque::{Builder, spawn, spawn_blocking};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let runtime = Builder::new_current_thread().start_paused(true).build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let sleeper = spawn(async move {
            sleep(Duration::from_secs(3600)).await;
            println!("the sleeper, after {} s", start.elapsed().as_secs());
        });
        spawn_blocking(|| (1..=100_000_u64).sum::<u64>()).await?;
        println!("the job, after {} s", start.elapsed().as_secs());
        Ok(sleeper.await?)
    })
}
// ANCHOR_END: main
