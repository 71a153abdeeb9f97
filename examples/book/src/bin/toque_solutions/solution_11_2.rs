//! A paused clock that goes on only when it is told to.

use std::io;
use std::time::Duration;

use toque::time::{advance, set_auto_advance, sleep};
use toque::{Builder, spawn};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let runtime = Builder::new_current_thread().start_paused(true).build()?;
    runtime.block_on(async {
        set_auto_advance(false);
        let sleeper = spawn(sleep(Duration::from_secs(3600)));
        advance(Duration::from_secs(3599)).await;
        println!("a second before: {}", sleeper.is_finished());
        advance(Duration::from_secs(1)).await;
        sleeper.await?;
        println!("on the hour: woken");
        Ok(())
    })
}
// ANCHOR_END: main
