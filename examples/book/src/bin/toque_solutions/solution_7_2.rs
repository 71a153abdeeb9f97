//! A busy task and a byte that waits in a socket: how many polls until somebody looks?

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use toque::io::Async;
use toque::task::yield_now;
use toque::{Builder, spawn};

// ANCHOR: main
/// Polls of a busy task from the byte's arrival until its reader has it.
fn polls_until_read(event_interval: u32) -> io::Result<u32> {
    let runtime = Builder::new_current_thread()
        .event_interval(event_interval)
        .build()?;
    runtime.block_on(async {
        let (ours, theirs) = UnixStream::pair()?;
        let ours = Async::new(ours)?;
        let read = Rc::new(Cell::new(false));
        let reader = spawn({
            let read = Rc::clone(&read);
            async move {
                let n = ours.read_with(|mut io| io.read(&mut [0])).await;
                read.set(true);
                n
            }
        });
        yield_now().await; // the reader waits
        (&theirs).write_all(b"?")?;
        let mut polls = 0;
        while !read.get() {
            yield_now().await;
            polls += 1;
        }
        reader.await??;
        Ok(polls)
    })
}

pub(crate) fn main() -> io::Result<()> {
    let (often, seldom) = (polls_until_read(1)?, polls_until_read(61)?);
    println!("a look after each poll: at most 3 polls: {}", often <= 3);
    println!(
        "a look after 61 polls: more than 3, at most 63: {}",
        (4..=63).contains(&seldom)
    );
    Ok(())
}
// ANCHOR_END: main
