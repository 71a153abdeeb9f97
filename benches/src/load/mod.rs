//! The load: what the harness does to a server, from its own process and by bare epoll, so that the server is measured.
//! Traffic goes to the loopback only. The server's own processor time is read at both ends of each measure.

use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use crate::figures::{Figures, figure, nanoseconds};
use crate::process::cpu_time;

mod arrivals;
mod bulk;
mod exchange;
mod hold;

pub(crate) use arrivals::arrivals;
pub(crate) use bulk::bulk;
pub(crate) use exchange::{Talk, exchange, exchanges};
pub(crate) use hold::hold;

/// A load on one server that can be repeated: each call measures for a while.
pub(crate) type Windows = Box<dyn FnMut() -> Figures>;

/// The server that bears the load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) port: u16,
    /// The process whose time and memory count.
    pub(crate) process: u32,
}

impl Target {
    fn connect(self) -> TcpStream {
        self.connect_from(Ipv4Addr::LOCALHOST)
    }

    /// Connects from this address of the loopback: each has ports for some twenty-eight thousand connections to one server.
    fn connect_from(self, own: Ipv4Addr) -> TcpStream {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("no socket");
        // Not for the first address, which is taken anyway: bound, a port is given out once, and those of closed connections not at
        // all for a minute. Chosen by `connect`, it may be that of an old connection, or of one to another server.
        if own != Ipv4Addr::LOCALHOST {
            bind(&socket, &SocketAddrV4::new(own, 0)).expect("the loopback has many addresses");
        }
        connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port))
            .expect("the server accepts no connection");
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true).expect("it is a socket");
        stream
    }
}

/// When a load has gone on for long enough.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Enough {
    After(Duration),
    /// For counts that must not depend on the machine's speed.
    Operations(u64),
}

impl Enough {
    fn is_met(self, start: Instant, operations: u64) -> bool {
        match self {
            Enough::After(duration) => start.elapsed() >= duration,
            Enough::Operations(count) => operations >= count,
        }
    }
}

/// The time at the start of a measure: the wall's and the server's.
struct Stopwatch {
    target: Target,
    start: Instant,
    server: Duration,
}

impl Stopwatch {
    fn start(target: Target) -> Stopwatch {
        Stopwatch {
            target,
            start: Instant::now(),
            server: cpu_time(target.process),
        }
    }

    /// What each of the operations took since the start, in nanoseconds of the wall and of the server's processor.
    fn stop(self, operations: u64) -> Figures {
        let operations = operations as f64;
        let server = cpu_time(self.target.process) - self.server;
        vec![
            figure("time", nanoseconds(self.start.elapsed()) / operations),
            figure("cpu", nanoseconds(server) / operations),
        ]
    }
}
