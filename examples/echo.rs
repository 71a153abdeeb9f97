//! An echo server: each connection is a task, all of them on one thread.
//!
//! `cargo run --release --example echo -- --listen 127.0.0.1:7007` prints
//! ```text
//! listening on 127.0.0.1:7007
//! ```
//! Then `nc 127.0.0.1 7007` gets back every line it sends.

use std::{env, io};

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = listen_argument()?;
    toque::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(addr).await?;
        println!("listening on {}", listener.local_addr()?);
        serve(listener).await
    })
}

/// The value of `--listen`, or the default.
fn listen_argument() -> io::Result<String> {
    let mut args = env::args().skip(1);
    match (args.next().as_deref(), args.next(), args.next()) {
        (None, ..) => Ok("127.0.0.1:7007".to_owned()),
        (Some("--listen"), Some(addr), None) => Ok(addr),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "usage: echo [--listen ADDR:PORT]",
        )),
    }
}

/// Serves until the end of the process. When descriptors run out, `accept` says so, and waits before the next try.
pub(crate) async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(toque::spawn(echo(stream))),
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buf = [0; 4096];
    loop {
        let n = stream.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buf[..n]).await?;
    }
}
