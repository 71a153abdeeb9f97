//! The echo servers that read into one buffer for all connections, as the bare loop does.
//! Between a poll that has read and the write of the same poll no other task runs, so the buffer is free again when the poll is over. Only
//! what the socket did not take at once needs memory of its own.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::runtimes::{self, SmolExecutor};

use super::echo::tokio_listener;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A server has one thread, and so one buffer.
fn set_buffer(size: usize) {
    BUFFER.set(vec![0; size]);
}

/// What a poll has come to: what is still to be written, or the end.
type Echoed = io::Result<Option<Vec<u8>>>;

/// For the traits that toque and smol have in common.
mod futures {
    use futures_lite::{AsyncRead, AsyncWrite, AsyncWriteExt};

    use super::*;

    pub(super) async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
        while let Some(owed) = poll_fn(|cx| poll_echo(Pin::new(&mut stream), cx)).await? {
            stream.write_all(&owed).await?;
        }
        Ok(())
    }

    fn poll_echo<S: AsyncRead + AsyncWrite>(
        mut stream: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Poll<Echoed> {
        BUFFER.with_borrow_mut(|buf| {
            let n = ready!(stream.as_mut().poll_read(cx, buf))?;
            if n == 0 {
                return Poll::Ready(Ok(None));
            }
            let written = match stream.poll_write(cx, &buf[..n]) {
                Poll::Ready(written) => written?,
                Poll::Pending => 0,
            };
            Poll::Ready(Ok(Some(buf[written..n].to_vec())))
        })
    }
}

/// The same for tokio's traits.
mod tokio_io {
    use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

    use super::*;

    pub(super) async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
        while let Some(owed) = poll_fn(|cx| poll_echo(Pin::new(&mut stream), cx)).await? {
            stream.write_all(&owed).await?;
        }
        Ok(())
    }

    fn poll_echo<S: AsyncRead + AsyncWrite>(
        mut stream: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Poll<Echoed> {
        BUFFER.with_borrow_mut(|buf| {
            let mut buf = ReadBuf::new(buf);
            ready!(stream.as_mut().poll_read(cx, &mut buf))?;
            let read = buf.filled();
            if read.is_empty() {
                return Poll::Ready(Ok(None));
            }
            let written = match stream.poll_write(cx, read) {
                Poll::Ready(written) => written?,
                Poll::Pending => 0,
            };
            Poll::Ready(Ok(Some(read[written..].to_vec())))
        })
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
                futures::echo(stream).await
            });
        }
    })
}

async fn tokio_echo(stream: tokio::net::TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    tokio_io::echo(stream).await
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
                futures::echo(stream).await
            };
            executor.spawn(echo).detach();
        }
    })
}
