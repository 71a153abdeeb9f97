//! A cancelled read loses what it had; one that is kept loses nothing.

use std::io;
use std::pin::pin;

use toque::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use toque::local::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use toque::task::yield_now;
use toque::{Runtime, spawn};

// ANCHOR: loops
/// Reads an order of four letters, and hears a bell meanwhile. Each round of the loop
/// begins a new read.
async fn read_anew(mut guest: DuplexStream, mut bell: UnboundedReceiver<()>) -> [u8; 4] {
    let mut order = [0; 4];
    loop {
        toque::select! {
            read = guest.read_exact(&mut order) => {
                read.expect("the guest is here");
                return order;
            }
            Some(()) = bell.recv() => {}
        }
    }
}

/// The same with one read, which all rounds poll.
async fn read_once(mut guest: DuplexStream, mut bell: UnboundedReceiver<()>) -> [u8; 4] {
    let mut order = [0; 4];
    {
        let mut read = pin!(guest.read_exact(&mut order));
        loop {
            toque::select! {
                read = &mut read => {
                    read.expect("the guest is here");
                    break;
                }
                Some(()) = bell.recv() => {}
            }
        }
    }
    order
}
// ANCHOR_END: loops

/// The guest says "so"; the bell rings; the guest says "up", and orders a soda.
async fn order(mut guest: DuplexStream, bell: UnboundedSender<()>) -> io::Result<()> {
    guest.write_all(b"so").await?;
    yield_now().await; // the kitchen reads it
    bell.send(()).map_err(io::Error::other)?;
    yield_now().await; // and hears the bell
    guest.write_all(b"up").await?;
    guest.write_all(b"soda").await
}

async fn serve(
    kitchen: impl AsyncFnOnce(DuplexStream, UnboundedReceiver<()>) -> [u8; 4] + 'static,
) -> io::Result<String> {
    let (ours, theirs) = duplex(64);
    let (ring, bell) = unbounded_channel();
    let kitchen = spawn(async move { kitchen(ours, bell).await });
    yield_now().await; // it waits for the guest
    order(theirs, ring).await?;
    Ok(String::from_utf8_lossy(&kitchen.await?).into_owned())
}

fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        println!("a new read each round: {}", serve(read_anew).await?);
        println!("one read for all rounds: {}", serve(read_once).await?);
        Ok(())
    })
}
