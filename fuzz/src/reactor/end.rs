//! An end: a true socket in the reactor, of one of three kinds.

use std::io;
use std::net::{self, TcpListener};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{Shutdown, shutdown};
use toque::io::{Async, AsyncRead, AsyncWrite};
use toque::net::{TcpStream, UnixStream};

#[derive(Debug)]
pub(super) enum End {
    Any(Async<unix::net::UnixStream>),
    Unix(UnixStream),
    Tcp(TcpStream),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Read,
    Write,
}

/// What the operating system says of a descriptor, asked without the reactor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Truth {
    is_readable: bool,
    is_writable: bool,
}

impl Truth {
    pub(super) fn has(self, direction: Direction) -> bool {
        match direction {
            Direction::Read => self.is_readable,
            Direction::Write => self.is_writable,
        }
    }

    pub(super) fn has_any(self) -> bool {
        self.is_readable || self.is_writable
    }
}

/// The same expression for each kind.
macro_rules! each {
    ($end:expr, $io:ident => $do:expr) => {
        match $end {
            End::Any($io) => $do,
            End::Unix($io) => $do,
            End::Tcp($io) => $do,
        }
    };
}

impl End {
    /// Two that are connected.
    pub(super) fn pair(kind: usize) -> io::Result<[Self; 2]> {
        Ok(match kind % 3 {
            0 => {
                let (one, two) = unix::net::UnixStream::pair()?;
                [Self::Any(Async::new(one)?), Self::Any(Async::new(two)?)]
            }
            1 => {
                let (one, two) = UnixStream::pair()?;
                [Self::Unix(one), Self::Unix(two)]
            }
            _ => {
                let listener = TcpListener::bind("127.0.0.1:0")?;
                let one = net::TcpStream::connect(listener.local_addr()?)?;
                let (two, _) = listener.accept()?;
                [Self::of_tcp(one)?, Self::of_tcp(two)?]
            }
        })
    }

    fn of_tcp(socket: net::TcpStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self::Tcp(TcpStream::from_std(socket)?))
    }

    /// Takes it out of the reactor and puts it in again.
    pub(super) fn renew(self) -> io::Result<Self> {
        Ok(match self {
            Self::Any(io) => Self::Any(Async::new(io.into_inner())?),
            Self::Unix(io) => Self::Unix(UnixStream::from_std(io.into_std()?)?),
            Self::Tcp(io) => Self::Tcp(TcpStream::from_std(io.into_std()?)?),
        })
    }

    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        each!(self, io => Pin::new(&mut &*io).poll_read(cx, buf))
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, io => Pin::new(&mut &*io).poll_write(cx, buf))
    }

    pub(super) fn poll_ready(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        match (self, direction) {
            (Self::Any(io), Direction::Read) => io.poll_readable(cx),
            (Self::Any(io), Direction::Write) => io.poll_writable(cx),
            (Self::Unix(io), Direction::Read) => io.poll_read_ready(cx),
            (Self::Unix(io), Direction::Write) => io.poll_write_ready(cx),
            (Self::Tcp(io), Direction::Read) => io.poll_read_ready(cx),
            (Self::Tcp(io), Direction::Write) => io.poll_write_ready(cx),
        }
    }

    pub(super) async fn ready(&self, direction: Direction) -> io::Result<()> {
        match direction {
            Direction::Read => each!(self, io => io.readable().await),
            Direction::Write => each!(self, io => io.writable().await),
        }
    }

    /// Nothing is written any more.
    pub(super) fn half_close(&self) -> io::Result<()> {
        Ok(shutdown(self, Shutdown::Write)?)
    }

    pub(super) fn truth(&self) -> Truth {
        let asked = PollFlags::IN | PollFlags::OUT | PollFlags::RDHUP;
        let mut fds = [PollFd::new(self, asked)];
        poll(&mut fds, Some(&Timespec::default())).unwrap();
        let said = fds[0].revents();
        let both = PollFlags::HUP | PollFlags::ERR;
        Truth {
            is_readable: said.intersects(PollFlags::IN | PollFlags::RDHUP | both),
            is_writable: said.intersects(PollFlags::OUT | both),
        }
    }
}

impl AsFd for End {
    fn as_fd(&self) -> BorrowedFd<'_> {
        each!(self, io => io.as_fd())
    }
}
