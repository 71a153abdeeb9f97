//! A call that blocks, made by the pool: the chef serves another guest meanwhile.

use std::io;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use toque::sync::oneshot;
use toque::{Runtime, spawn, spawn_blocking};

// ANCHOR: main
/// Fetches wine. It comes back when it is rung for, and until then its thread can do
/// nothing else.
fn fetch_wine(leaving: oneshot::Sender<()>, bell: &Receiver<()>) -> &'static str {
    let thread = thread::current();
    println!("{} goes to the cellar", thread.name().unwrap_or("somebody"));
    leaving.send(()).expect("the chef is here");
    bell.recv().expect("somebody rings");
    "the wine is here"
}

fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let (ring, bell) = mpsc::channel();
        let (leaving, left) = oneshot::channel();
        let wine = spawn_blocking(move || fetch_wine(leaving, &bell));
        left.await.map_err(io::Error::other)?;
        let guest = spawn(async move {
            println!("the chef serves another guest, and rings");
            ring.send(()).expect("the cellar is open");
        });
        guest.await?;
        println!("{}", wine.await?);
        Ok(())
    })
}
// ANCHOR_END: main
