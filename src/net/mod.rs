//! The network: sockets whose operations wait in the reactor instead of on the thread.
//! Used by applications; each handle is a descriptor plus a `Registration`, its key into the runtime.

mod addr;
mod tcp;

pub use addr::ToSocketAddrs;
pub use tcp::{
    OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, TcpListener, TcpStream, WriteHalf,
};
