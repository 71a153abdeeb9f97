//! The door: where guests come in, and the bell that says it is time to close.
//! Opened by `main`; the models that block wait at it, the chef has its parts in his reactor.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{self, AddressFamily, SocketFlags, SocketType, sockopt};

use crate::os;

/// Guests whom the kernel lets wait before they are taken in. std's 128 are too few for a thousand who come at once: those beyond are
/// not heard, and ask again after a second.
const BACKLOG: i32 = 4096;

/// How long to wait for a descriptor when there is none left. Some guest has to leave first.
const NO_CHAIR: Duration = Duration::from_millis(10);

pub(crate) struct Door {
    /// Non-blocking: a guest may have left between the poll and the accept.
    listener: TcpListener,
    /// Readable from the first SIGTERM or SIGINT on.
    bell: OwnedFd,
}

impl Door {
    /// To be called before the process has a second thread, since a thread inherits which signals are held back for the bell.
    pub(crate) fn open(address: SocketAddr) -> io::Result<Door> {
        let bell = os::bell()?;
        let listener = listen(address)?;
        listener.set_nonblocking(true)?;
        Ok(Door { listener, bell })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for the next guest. `None` when the bell has rung.
    pub(crate) fn next(&self) -> io::Result<Option<TcpStream>> {
        loop {
            if self.bell_or_guest()? {
                return Ok(None);
            }
            match self.listener.accept() {
                Ok((guest, _)) => return Ok(Some(guest)),
                Err(error) => forgive(error)?,
            }
        }
    }

    /// Waits for either. True if it is the bell.
    fn bell_or_guest(&self) -> io::Result<bool> {
        let mut fds = [
            PollFd::new(&self.bell, PollFlags::IN),
            PollFd::new(&self.listener, PollFlags::IN),
        ];
        rustix::io::retry_on_intr(|| poll(&mut fds, None))?;
        Ok(!fds[0].revents().is_empty())
    }

    pub(crate) fn into_parts(self) -> (TcpListener, OwnedFd) {
        (self.listener, self.bell)
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let socket = net::socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    net::bind(&socket, &address)?;
    net::listen(&socket, BACKLOG)?;
    Ok(TcpListener::from(socket))
}

/// What a guest did who has left already is no error of the door's.
fn forgive(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::WouldBlock
        | io::ErrorKind::Interrupted
        | io::ErrorKind::ConnectionAborted => Ok(()),
        _ if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
            thread::sleep(NO_CHAIR);
            Ok(())
        }
        _ => Err(error),
    }
}
