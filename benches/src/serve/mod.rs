//! Servers: each contestant's, with nothing in it but the work.
//! `benches serve WORK CONTESTANT BUFFER` binds, prints its port, and serves until the harness ends it.

use std::net::TcpListener;
use std::os::fd::AsFd;

use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::process::{end_with_parent, raise_descriptor_limit};

mod bare;
mod echo;
mod echo_shared;
mod hello;

/// What a server does with its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Sends back what comes.
    Echo,
    /// The same with one buffer for all connections.
    EchoShared,
    /// Answers HTTP/1 requests with "hello", by hyper.
    Hello,
}

impl Work {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Work::Echo => "echo",
            Work::EchoShared => "echo-shared",
            Work::Hello => "hello",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Work> {
        [Work::Echo, Work::EchoShared, Work::Hello]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// Connections that may wait to be accepted; the kernel's own limit, so that none is refused.
const BACKLOG: i32 = 4096;

/// Serves for ever, with `buffer` bytes to read into.
///
/// # Panics
/// If the contestant has no server for this work, or its server fails.
pub(crate) fn serve(work: Work, contestant: Contestant, buffer: usize) {
    end_with_parent();
    raise_descriptor_limit();
    let listener = listen();
    println!("{}", listener.local_addr().expect("it listens").port());
    match (work, contestant) {
        (Work::Echo, Toque) => echo::toque(listener, buffer),
        (Work::Echo, Tokio) => echo::tokio(listener, buffer),
        (Work::Echo, TokioLocal) => echo::tokio_local(listener, buffer),
        (Work::Echo, Smol) => echo::smol(listener, buffer),
        (Work::Echo, Monoio) => echo::monoio(listener, buffer),
        (Work::Echo | Work::EchoShared, Contestant::Bare) => bare::echo(listener, buffer),
        (Work::Echo, Contestant::BareBuffers) => bare::echo_with_buffers(listener, buffer),
        (Work::EchoShared, Toque) => echo_shared::toque(listener, buffer),
        (Work::EchoShared, Tokio) => echo_shared::tokio(listener, buffer),
        (Work::EchoShared, TokioLocal) => echo_shared::tokio_local(listener, buffer),
        (Work::EchoShared, Smol) => echo_shared::smol(listener, buffer),
        (Work::Hello, Toque) => hello::toque(listener),
        (Work::Hello, Tokio) => hello::tokio(listener),
        (Work::Hello, TokioLocal) => hello::tokio_local(listener),
        _ => panic!("{} has no {} server", contestant.name(), work.name()),
    }
}

/// Accepts and closes at once, for ever. It closes first, so it is this side that remembers the connection for a while, and
/// the client's port is free again.
pub(crate) fn turn_away() {
    end_with_parent();
    let listener = listen();
    println!("{}", listener.local_addr().expect("it listens").port());
    for guest in listener.incoming() {
        drop(guest.expect("it accepts"));
    }
}

/// A listener on a free port of the loopback, the same for all.
fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("no free port");
    // Listening again only sets the backlog, which std leaves at 128.
    rustix::net::listen(listener.as_fd(), BACKLOG).expect("it listens already");
    listener
}
