//! The faces that sockets and pipes have in common: methods and traits that are the same for each, written once.
//! Macros and no traits, so that a user finds them as methods of the type and imports nothing.
//!
//! Each type keeps its `Registered` in a field `io`; what reads or writes bytes lends it by a method `io()`.

mod bytes;
mod descriptor;
mod examples;
mod forms;
#[cfg_attr(unix, path = "lends_fd.rs")]
#[cfg_attr(windows, path = "lends_socket.rs")]
mod lends;
mod readiness;
mod samples;
mod stream;

pub(super) use bytes::{async_read, async_write, try_reads, try_writes};
pub(super) use descriptor::std_faces;
pub(super) use examples::{example, in_runtime};
pub(super) use forms::three_forms;
pub(super) use lends::descriptor_faces;
pub(super) use readiness::{
    foreign_operations, read_readiness, readiness, ready_method, write_readiness,
};
pub(super) use samples::sample;
pub(super) use stream::stream_faces;
