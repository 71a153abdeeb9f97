#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod clock;
mod future;
mod shim;
#[allow(unsafe_code)] // a waker is a table of functions that take a raw pointer
mod waker;

pub mod sync;
mod timers;

#[allow(unsafe_code)] // tasks whose futures are not `Send`; the thread's executor by a raw pointer
mod executor;
mod pool;

#[cfg(not(loom))]
#[allow(unsafe_code)] // `polling` and `BorrowedFd` want to be told that a descriptor is open
mod reactor;
#[cfg(not(loom))]
#[allow(unsafe_code)] // the same, and the thread's executor
pub mod runtime;

#[cfg(not(loom))]
mod async_fd;
#[cfg(not(loom))]
pub mod net;
#[cfg(not(loom))]
pub mod time;

#[cfg(not(loom))]
#[allow(unsafe_code)] // hyper's read buffers are filled in place
pub mod compat;

#[cfg(not(loom))]
pub use executor::{error::JoinError, join::JoinHandle};
#[cfg(not(loom))]
pub use runtime::{Builder, Handle, Runtime, spawn, spawn_blocking};

/// Tasks: spawning, awaiting and aborting them.
#[cfg(not(loom))]
pub mod task {
    pub use crate::executor::abort::AbortHandle;
    pub use crate::executor::error::JoinError;
    pub use crate::executor::join::JoinHandle;
    pub use crate::executor::task::Id;
    pub use crate::future::budget::consume_budget;
    pub use crate::future::{YieldNow, yield_now};
    pub use std::future::poll_fn;
    pub use crate::runtime::{spawn, spawn as spawn_local, spawn_blocking};
}

/// I/O: descriptors of any kind.
#[cfg(not(loom))]
pub mod io {
    pub use crate::async_fd::Async;
}
