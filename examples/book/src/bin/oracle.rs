//! A model as oracle: the same random operations on a delay queue and on a sorted map,
//! until they differ.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::time::Duration;

use futures_lite::future::poll_once;
use toque::Builder;
use toque::task::yield_now;
use toque::time::{DelayQueue, advance};

// ANCHOR: main
/// Chance that can be repeated (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Does the same to both, and gives the number of the first operation after which they
/// differ. `rank` tells which of two values with one deadline comes first.
async fn first_difference(rank: fn(u64) -> u64) -> Option<u64> {
    let (mut dice, mut now) = (Dice(7), 0);
    let (mut queue, mut model) = (DelayQueue::new(), BTreeMap::new());
    for operation in 1..=2000 {
        match dice.roll(3) {
            0 => {
                advance(Duration::from_secs(1)).await;
                now += 1;
            }
            _ => {
                let delay = dice.roll(8);
                queue.insert(operation, Duration::from_secs(delay));
                model.insert((now + delay, rank(operation)), operation);
            }
        }
        let due = model.first_key_value().filter(|((at, _), _)| *at <= now);
        let due = due.map(|(key, operation)| (*key, *operation));
        let next = poll_once(poll_fn(|cx| queue.poll_expired(cx))).await;
        let next = next.flatten().map(|expired| expired.into_inner());
        if next != due.map(|(_, operation)| operation) {
            return Some(operation);
        }
        due.and_then(|(key, _)| model.remove(&key));
        yield_now().await;
    }
    None
}

fn main() -> io::Result<()> {
    let runtime = Builder::new_current_thread().start_paused(true).build()?;
    runtime.block_on(async {
        let difference = first_difference(|turn| turn).await;
        println!("equals in the order of their coming: {difference:?}");
        let difference = first_difference(|turn| u64::MAX - turn).await;
        println!(
            "equals the other way round: differs: {}",
            difference.is_some()
        );
    });
    Ok(())
}
// ANCHOR_END: main
