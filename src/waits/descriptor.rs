//! The descriptor: what a task that waits for the world waits for, with the addresses of its two ends.
//! Described by the registration while it has the descriptor, which so is open, and nobody else's.

use std::fmt;
use std::net::SocketAddr;

/// A socket, or another descriptor.
///
/// # Example
/// ```
/// use toque::runtime::{Address, TaskState, Wait};
///
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let socket = toque::net::UdpSocket::bind("127.0.0.1:0").await?;
///     let addr = socket.local_addr()?;
///     let waiter = toque::spawn(async move { socket.recv(&mut [0; 8]).await });
///     toque::task::yield_now().await;
///     let info = toque::Handle::current().task(waiter.id()).unwrap();
///     let TaskState::Waiting(waits) = info.state else { panic!("it does not wait") };
///     let [Wait::Read(descriptor)] = &waits[..] else { panic!("it waits for {waits:?}") };
///     assert_eq!(descriptor.local, Some(Address::Ip(addr)));
///     assert_eq!(descriptor.peer, None);
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Descriptor {
    /// Its number.
    pub number: i64,
    /// Its own address, if it is a socket that has one.
    pub local: Option<Address>,
    /// The address of its peer, if it is connected and that has one.
    pub peer: Option<Address>,
}

/// The address of a socket.
///
/// # Example
/// ```
/// use toque::runtime::Address;
///
/// let kitchen = Address::Ip(([127, 0, 0, 1], 7007).into());
/// assert_eq!(kitchen.to_string(), "127.0.0.1:7007");
/// let counter = Address::Unix("/run/counter".to_owned());
/// assert_eq!(counter.to_string(), "/run/counter");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// A path; an abstract name with an `@` in front.
    Unix(String),
}

impl Descriptor {
    pub(crate) fn new(number: i64, local: Option<Address>, peer: Option<Address>) -> Self {
        Self {
            number,
            local,
            peer,
        }
    }
}

impl fmt::Display for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.local, &self.peer) {
            (None, None) => write!(f, "descriptor {}", self.number),
            (Some(local), None) => write!(f, "socket {} on {local}", self.number),
            (None, Some(peer)) => write!(f, "socket {} with {peer}", self.number),
            (Some(local), Some(peer)) => {
                write!(f, "socket {} on {local} with {peer}", self.number)
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(addr) => addr.fmt(f),
            Self::Unix(name) => f.write_str(name),
        }
    }
}
