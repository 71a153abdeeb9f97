//! `examples/echo.rs` on a reactor of choice, `native`, `portable` or `oneshot`: the faults are to find each of them. With `pool`
//! each message goes through the blocking pool, so that its way back is by the bell.
//! Started by `trouble`, as `echo_server REACTOR --listen ADDR`; prints where it listens.

use std::{env, io};

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::runtime::ReactorKind;

#[path = "../../../echo.rs"]
#[allow(dead_code, reason = "its `main` is not ours")]
mod example;

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [reactor, _, addr] = args.as_slice() else {
        return Err(io::Error::other("usage: echo_server REACTOR --listen ADDR"));
    };
    let kind = match reactor.as_str() {
        "portable" => ReactorKind::Portable,
        "oneshot" => ReactorKind::Oneshot,
        _ => ReactorKind::Native,
    };
    let mut builder = toque::Builder::new_current_thread();
    builder.reactor(kind).build()?.block_on(async {
        let listener = TcpListener::bind(addr).await?;
        println!("listening on {}", listener.local_addr()?);
        if reactor == "pool" {
            return serve_by_the_pool(listener).await;
        }
        example::serve(listener).await
    })
}

async fn serve_by_the_pool(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        drop(toque::spawn(echo_by_the_pool(stream)));
    }
}

async fn echo_by_the_pool(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut buf = vec![0; 4096];
        let n = stream.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        buf.truncate(n);
        let buf = toque::spawn_blocking(move || buf).await?;
        stream.write_all(&buf).await?;
    }
}
