//! Ticks, counts the hang-ups, and ends in order on SIGTERM or ctrl-c.
//!
//! ```text
//! cargo run -p ported --bin signal_loop
//! ```

use std::error::Error;
use std::time::Duration;

use toque::signal;
use toque::signal::unix::{SignalKind, signal};
use toque::time;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interval = time::interval(Duration::from_millis(100));
    println!("waiting for signals in process {}", std::process::id());

    let mut hangups = 0;
    let mut ticks: u64 = 0;
    loop {
        toque::select! {
            _ = hangup.recv() => {
                hangups += 1;
                println!("got SIGHUP {hangups}");
            }
            _ = terminate.recv() => break,
            result = signal::ctrl_c() => {
                result?;
                break;
            }
            _ = interval.tick() => ticks += 1,
        }
    }
    println!(
        "ending after {hangups} hangups; it has ticked: {}",
        ticks > 0
    );
    Ok(())
}
