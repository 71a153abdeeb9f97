//! The echo servers that read into one buffer for all connections, as the bare loop does.
//! Between a poll that has read and the write of the same poll no other task runs, so the buffer is free again when the poll is over. Only
//! what the socket did not take at once needs memory of its own.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_lite::{AsyncRead, AsyncWrite};

use crate::runtimes::{self, SmolExecutor};

use super::echo::tokio_listener;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A server has one thread, and so one buffer.
fn set_buffer(size: usize) {
    BUFFER.set(vec![0; size]);
}

/// Echoes by whatever reads and writes: the traits of toque and smol are not tokio's.
async fn echo<S: Unpin>(
    mut stream: S,
    read: impl Fn(Pin<&mut S>, &mut Context<'_>, &mut [u8]) -> Poll<io::Result<usize>>,
    write: impl Fn(Pin<&mut S>, &mut Context<'_>, &[u8]) -> Poll<io::Result<usize>>,
) -> io::Result<()> {
    loop {
        let echoed = poll_fn(|cx| {
            BUFFER.with_borrow_mut(|buf| {
                let n = ready!(read(Pin::new(&mut stream), cx, buf))?;
                if n == 0 {
                    return Poll::Ready(Ok::<_, io::Error>(None));
                }
                let written = match write(Pin::new(&mut stream), cx, &buf[..n]) {
                    Poll::Ready(written) => written?,
                    Poll::Pending => 0,
                };
                Poll::Ready(Ok(Some(buf[written..n].to_vec())))
            })
        });
        let Some(mut owed) = echoed.await? else {
            return Ok(());
        };
        while !owed.is_empty() {
            match poll_fn(|cx| write(Pin::new(&mut stream), cx, &owed)).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                n => drop(owed.drain(..n)),
            }
        }
    }
}

pub(super) fn toque(listener: net::TcpListener, buffer: usize) {
    use toque::net::TcpListener;

    set_buffer(buffer);
    runtimes::toque(async move {
        let listener = TcpListener::from_std(listener).expect("it listens");
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            toque::spawn(async move {
                stream.set_nodelay(true)?;
                echo(stream, AsyncRead::poll_read, AsyncWrite::poll_write).await
            });
        }
    })
}

async fn tokio_echo(stream: tokio::net::TcpStream) -> io::Result<()> {
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    stream.set_nodelay(true)?;
    let read = |stream: Pin<&mut tokio::net::TcpStream>, cx: &mut Context<'_>, buf: &mut [u8]| {
        let mut buf = ReadBuf::new(buf);
        ready!(stream.poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    };
    echo(stream, read, AsyncWrite::poll_write).await
}

pub(super) fn tokio(listener: net::TcpListener, buffer: usize) {
    set_buffer(buffer);
    runtimes::tokio(async move {
        let listener = tokio_listener(listener);
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            tokio::spawn(tokio_echo(stream));
        }
    })
}

pub(super) fn tokio_local(listener: net::TcpListener, buffer: usize) {
    set_buffer(buffer);
    runtimes::tokio_local(async move {
        let listener = tokio_listener(listener);
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            tokio::task::spawn_local(tokio_echo(stream));
        }
    })
}

pub(super) fn smol(listener: net::TcpListener, buffer: usize) {
    use smol::Async;

    set_buffer(buffer);
    runtimes::smol(|executor: SmolExecutor| async move {
        let listener = Async::new(listener).expect("it listens");
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            let echo = async move {
                stream.get_ref().set_nodelay(true)?;
                echo(stream, AsyncRead::poll_read, AsyncWrite::poll_write).await
            };
            executor.spawn(echo).detach();
        }
    })
}
