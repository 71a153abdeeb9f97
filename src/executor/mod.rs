//! The executor: which tasks there are, which of them are ready, and how they get there from any thread.
//! Driven by the runtime's turn; knows neither sockets nor time.
//!
//! The way of a wake: a waker is called ([`task`]'s `schedule`). On the executor's own thread ([`here`]) the task goes to
//! the end of the [`local`] queue. On any other it goes into the [`injector`], through its [`home`], and the bell is rung
//! if the executor's thread sleeps.

pub(crate) mod injector;

pub(crate) mod extras;
pub(crate) mod watch;

pub(crate) mod abort;
pub(crate) mod error;
pub(crate) mod here;
pub(crate) mod home;
pub(crate) mod hooks;
pub(crate) mod join;
pub(crate) mod ledger;
pub(crate) mod local;
pub(crate) mod main_bell;
pub(crate) mod observer;
pub(crate) mod queue;
pub(crate) mod recorder;
pub(crate) mod shield;
#[cfg(feature = "tracing")]
pub(crate) mod spans;
#[cfg(not(feature = "tracing"))]
#[path = "no_spans.rs"]
pub(crate) mod spans;
mod table;
pub(crate) mod task;
pub(crate) mod unhandled;
