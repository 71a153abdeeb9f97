//! Two requests in flight: while the first waits for its sandwich, the second is asked for on the same thread.
//!
//! `cargo run --example lunch_time` prints
//! ```text
//! 1: searching for sandwich
//! 2: searching for sandwich
//! 1: lunch time
//! 2: lunch time
//! ```
//! The order is no accident. The guests ask one after the other, the kitchen answers nobody before both have asked, and
//! answers the second when the first has eaten.

use std::io;

use futures_lite::{AsyncReadExt, AsyncWriteExt, future::try_zip};
use toque::net::{TcpListener, TcpStream};

const ORDER: &[u8; 9] = b"sandwich?";
const ANSWER: &[u8; 9] = b"sandwich!";

fn main() -> io::Result<()> {
    lunch(|line| println!("{line}"))
}

/// Says each line to `say`, so that a test can listen.
pub(crate) fn lunch(say: impl Fn(&str) + Copy) -> io::Result<()> {
    toque::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let kitchen = toque::spawn(kitchen(listener));

        let first = TcpStream::connect(addr).await?;
        let second = TcpStream::connect(addr).await?;
        try_zip(guest(1, first, say), guest(2, second, say)).await?;
        kitchen.await.map_err(io::Error::other)?
    })
}

/// A request: it asks, waits without holding the thread, and eats.
async fn guest(number: u32, mut kitchen: TcpStream, say: impl Fn(&str)) -> io::Result<()> {
    say(&format!("{number}: searching for sandwich"));
    kitchen.write_all(ORDER).await?;
    let mut sandwich = [0; ANSWER.len()];
    kitchen.read_exact(&mut sandwich).await?;
    say(&format!("{number}: lunch time"));
    Ok(()) // leaving closes the connection, which the kitchen sees
}

async fn kitchen(listener: TcpListener) -> io::Result<()> {
    let mut guests = Vec::new();
    for _ in 1..=2 {
        guests.push(listener.accept().await?.0);
    }
    for guest in &mut guests {
        guest.read_exact(&mut [0; ORDER.len()]).await?;
    }
    for mut guest in guests {
        guest.write_all(ANSWER).await?;
        guest.read(&mut [0]).await?; // until the guest has left
    }
    Ok(())
}
