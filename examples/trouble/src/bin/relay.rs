//! A relay: carries each connection on to another server. It is here for the faults of those who call: `socket`, `connect`.
//! Started by `trouble`, as `relay --to ADDR --listen ADDR`; prints where it listens.

use std::{env, io};

use futures_lite::AsyncWriteExt;
use futures_lite::future::try_zip;
use futures_lite::io::copy;
use toque::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [_, to, _, addr] = args.as_slice() else {
        return Err(io::Error::other("usage: relay --to ADDR --listen ADDR"));
    };
    toque::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(addr).await?;
        println!("listening on {}", listener.local_addr()?);
        loop {
            match listener.accept().await {
                Ok((client, _)) => drop(toque::spawn(relay(client, to.clone()))),
                Err(error) => eprintln!("accept: {error}"),
            }
        }
    })
}

async fn relay(client: TcpStream, to: String) -> io::Result<()> {
    let server = TcpStream::connect(to.as_str())
        .await
        .inspect_err(|error| eprintln!("connect: {error}"))?;
    try_zip(carry(&client, &server), carry(&server, &client)).await?;
    Ok(())
}

/// All that one says, and its end.
async fn carry(from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    copy(from, to).await?;
    to.close().await
}
