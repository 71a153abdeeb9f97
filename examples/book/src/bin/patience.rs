//! A test in virtual time: an hour of patience, and no waiting.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use toque::Builder;
use toque::time::{Instant, sleep};

// ANCHOR: main
/// Asks until there is an answer, and waits twice as long each time.
async fn ask_again(mut ask: impl AsyncFnMut() -> Option<&'static str>) -> &'static str {
    let mut pause = Duration::from_secs(1);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        sleep(pause).await;
        pause *= 2;
    }
}

fn main() -> io::Result<()> {
    let began = std::time::Instant::now();
    let runtime = Builder::new_current_thread().start_paused(true).build()?;
    runtime.block_on(async {
        let (start, asked) = (Instant::now(), Cell::new(0));
        let answer = ask_again(async || {
            asked.set(asked.get() + 1);
            println!("asked after {} s", start.elapsed().as_secs());
            (asked.get() == 12).then_some("there is a table")
        });
        println!("{}", answer.await);
    });
    println!(
        "in less than half an hour: {}",
        began.elapsed() < Duration::from_secs(1800)
    );
    Ok(())
}
// ANCHOR_END: main
