//! The descriptor: what a task that waits for the world waits for, with the addresses of its two ends.
//! Described by the registration while it has the descriptor, which so is open, and nobody else's.

use std::fmt;
use std::net::SocketAddr;

/// A socket, or another descriptor.
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
