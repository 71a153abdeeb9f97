//! The Unix listener as a server's: its clients are on the same machine.

use std::future;
use std::io;
use std::task::{Context, Poll};

use super::listener::Listener;
use crate::compat::hyper::Io;
use crate::net::{UnixListener, UnixStream, unix};

impl Listener for UnixListener {
    type Stream = Io<UnixStream>;
    type Addr = unix::SocketAddr;
    type Handshake = future::Ready<io::Result<Io<UnixStream>>>;

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Handshake, Self::Addr)>> {
        let accepted = self.poll_accept(cx);
        accepted.map_ok(|(stream, addr)| (future::ready(Ok(Io::new(stream))), addr))
    }
}
