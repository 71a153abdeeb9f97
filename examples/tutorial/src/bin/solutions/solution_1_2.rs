//! Is there room for the output in a future that is pending?

use std::future::poll_fn;
use std::io;
use std::task::Poll;

// ANCHOR: main
/// Long enough to be told from everything else.
type Sandwich = [u8; 1000];

async fn one_step() {
    let mut done = false;
    poll_fn(|_| {
        if std::mem::replace(&mut done, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Makes its output after the await.
async fn made_late() -> Sandwich {
    one_step().await;
    [1; 1000]
}

/// Has it in hand while it waits.
async fn made_early() -> Sandwich {
    let sandwich = [1; 1000];
    one_step().await;
    sandwich
}

fn has_room<F: Future<Output = Sandwich>>(future: &F) -> bool {
    size_of_val(future) >= size_of::<Sandwich>()
}

pub(crate) fn main() -> io::Result<()> {
    println!("made after the await, room: {}", has_room(&made_late()));
    println!("made before the await, room: {}", has_room(&made_early()));
    Ok(())
}
// ANCHOR_END: main
