//! The executor: which tasks there are, which of them are ready, and how they get there from any thread.
//! Driven by the runtime's turn; knows neither sockets nor time.
//!
//! The way of a wake: a waker is called ([`task`]'s `schedule`). On the executor's own thread ([`here`]) the task goes to
//! the end of the [`local`] queue. On any other it goes into the [`injector`], through its [`home`], and the bell is rung
//! if the executor's thread sleeps.

pub(crate) mod injector;

pub(crate) mod extras;
pub(crate) mod watch;

#[cfg(not(loom))]
pub(crate) mod abort;
#[cfg(not(loom))]
pub(crate) mod error;
#[cfg(not(loom))]
pub(crate) mod here;
#[cfg(not(loom))]
pub(crate) mod home;
#[cfg(not(loom))]
pub(crate) mod hooks;
#[cfg(not(loom))]
pub(crate) mod join;
#[cfg(not(loom))]
pub(crate) mod ledger;
#[cfg(not(loom))]
pub(crate) mod local;
#[cfg(not(loom))]
pub(crate) mod main_bell;
#[cfg(not(loom))]
pub(crate) mod observer;
#[cfg(not(loom))]
pub(crate) mod queue;
#[cfg(not(loom))]
mod table;
#[cfg(not(loom))]
pub(crate) mod task;
#[cfg(not(loom))]
pub(crate) mod unhandled;
