//! The echo servers: a task for each connection reads into its own buffer and writes back what it read.

use std::io;
use std::net;

use crate::runtimes::{self, SmolExecutor};

pub(super) fn toque(listener: net::TcpListener, buffer: usize) {
    use futures_lite::{AsyncReadExt, AsyncWriteExt};
    use toque::net::{TcpListener, TcpStream};

    async fn echo(mut stream: TcpStream, buffer: usize) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buf = vec![0; buffer];
        loop {
            let n = stream.read(&mut buf).await?;
            if n == 0 {
                return Ok(());
            }
            stream.write_all(&buf[..n]).await?;
        }
    }
    runtimes::toque(async move {
        let listener = TcpListener::from_std(listener).expect("it listens");
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            toque::spawn(echo(stream, buffer));
        }
    })
}

async fn tokio_echo(mut stream: tokio::net::TcpStream, buffer: usize) -> io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    stream.set_nodelay(true)?;
    let mut buf = vec![0; buffer];
    loop {
        let n = stream.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buf[..n]).await?;
    }
}

/// tokio's `from_std` takes only what does not block.
pub(super) fn tokio_listener(listener: net::TcpListener) -> tokio::net::TcpListener {
    listener.set_nonblocking(true).expect("it is a socket");
    tokio::net::TcpListener::from_std(listener).expect("it listens")
}

pub(super) fn tokio(listener: net::TcpListener, buffer: usize) {
    runtimes::tokio(async move {
        let listener = tokio_listener(listener);
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            tokio::spawn(tokio_echo(stream, buffer));
        }
    })
}

pub(super) fn tokio_local(listener: net::TcpListener, buffer: usize) {
    runtimes::tokio_local(async move {
        let listener = tokio_listener(listener);
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            tokio::task::spawn_local(tokio_echo(stream, buffer));
        }
    })
}

pub(super) fn smol(listener: net::TcpListener, buffer: usize) {
    use smol::Async;
    use smol::io::{AsyncReadExt, AsyncWriteExt};

    async fn echo(mut stream: Async<net::TcpStream>, buffer: usize) -> io::Result<()> {
        stream.get_ref().set_nodelay(true)?;
        let mut buf = vec![0; buffer];
        loop {
            let n = stream.read(&mut buf).await?;
            if n == 0 {
                return Ok(());
            }
            stream.write_all(&buf[..n]).await?;
        }
    }
    runtimes::smol(|executor: SmolExecutor| async move {
        let listener = Async::new(listener).expect("it listens");
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            executor.spawn(echo(stream, buffer)).detach();
        }
    })
}

pub(super) fn monoio(listener: net::TcpListener, buffer: usize) {
    use monoio::io::{AsyncReadRent, AsyncWriteRentExt};
    use monoio::net::{TcpListener, TcpStream};

    async fn echo(mut stream: TcpStream, buffer: usize) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buf = Vec::with_capacity(buffer);
        loop {
            let (n, read) = stream.read(buf).await;
            if n? == 0 {
                return Ok(());
            }
            let (written, back) = stream.write_all(read).await;
            written?;
            buf = back;
        }
    }
    runtimes::monoio(async move {
        let listener = TcpListener::from_std(listener).expect("it listens");
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            monoio::spawn(echo(stream, buffer));
        }
    })
}
