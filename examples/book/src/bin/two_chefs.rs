//! Two chefs behind one door: a thread and a runtime for each, one port, and eight
//! guests.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};

use futures_lite::AsyncWriteExt;
use toque::{Core, spawn_blocking};

// ANCHOR: main
/// One chef: serves whom the kernel sends here, until all are told to stop.
async fn chef(core: Core) -> io::Result<u32> {
    let listener = core.listen("127.0.0.1:0").await?; // one port for all
    if core.index() == 0 {
        let (addr, stop) = (listener.local_addr()?, core.stop_token().clone());
        spawn_blocking(move || {
            let served = guests(addr);
            stop.cancel();
            served
        });
    }
    let mut served = 0;
    loop {
        toque::select! {
            guest = listener.accept() => {
                guest?.0.write_all(b"lunch time").await?;
                served += 1;
            }
            () = core.stopped() => return Ok(served),
        }
    }
}

/// Eight guests, one after the other. Each stays until it is served.
fn guests(addr: SocketAddr) -> io::Result<()> {
    for _ in 0..8 {
        let mut lunch = String::new();
        TcpStream::connect(addr)?.read_to_string(&mut lunch)?;
        assert_eq!(lunch, "lunch time");
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut served = 0;
    for (index, chef) in toque::cores(2, chef)?.into_iter().enumerate() {
        served += chef.expect("the chef is well")?;
        println!("chef {index} goes home");
    }
    println!("served by both: {served}");
    Ok(())
}
// ANCHOR_END: main
