//! The phases of toque's turn, seen from a task that a socket has woken: what runs when
//! it gives way.

use std::io;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use toque::io::Async;
use toque::task::yield_now;
use toque::time::sleep;
use toque::{Builder, Handle, spawn};

// ANCHOR: main
async fn order(ours: UnixStream) -> io::Result<()> {
    let ours = Async::new(ours)?;
    ours.read_with(|mut io| io::Read::read(&mut io, &mut [0]))
        .await?;
    println!("queue: a socket has woken this task");

    let timer = spawn(async {
        sleep(Duration::from_millis(1)).await;
        println!("timers: a sleep is over");
    });
    spawn(async { println!("queue: a new task") });
    let home = Handle::current();
    let room = thread::spawn(move || {
        home.spawn(async { println!("injector: a task from the next room") })
    });
    let foreign = room.join().expect("the next room is in order");

    println!("queue: the task gives way");
    yield_now().await;
    println!("queue: the task goes on");
    foreign.await?;
    Ok(timer.await?)
}
// ANCHOR_END: main

fn main() -> io::Result<()> {
    // A paused clock goes on to the next timer when nothing else is to be done, so the
    // machine's speed is no matter.
    let runtime = Builder::new_current_thread().start_paused(true).build()?;
    runtime.block_on(async {
        let (ours, theirs) = UnixStream::pair()?;
        let order = spawn(order(ours));
        yield_now().await; // it waits
        io::Write::write_all(&mut &theirs, b"?")?;
        order.await?
    })
}
