//! Child processes: started, talked to by pipes, and awaited, without a thread for each.
//! Used by applications; stands on `net`'s pipes, and on `signal` where the system has nothing better to tell of an end.
//!
//! | | |
//! |---|---|
//! | what to start, and how | [`Command`] |
//! | a process that was started | [`Child`] |
//! | the parent's ends of its pipes | [`ChildStdin`], [`ChildStdout`], [`ChildStderr`] |
//!
//! # Whose child is it in the end?
//! * A [`Child`] that is dropped goes on running, unless [`kill_on_drop`](Command::kill_on_drop) is set. When it ends it is
//!   reaped: a task of the runtime waits for it, so it is no zombie for longer than a turn. That task is in the
//!   [`Report`](crate::runtime::Report) of a runtime that ends before.
//! * A runtime that ends kills no child but those with `kill_on_drop`. What still runs then is taken over by the next runtime
//!   that spawns a process; until there is one, a child that ends stays a zombie. When the parent ends, the system takes over.
//! * Only children of this module are waited for, each by its number: others of the process are never touched.
//!
//! # How an end is told
//! On Linux by a pidfd, a descriptor of the process. Where there is none (other systems, Linux before 5.3, some sandboxes) by
//! [`SIGCHLD`](crate::signal): the first child then puts a handler in place, and a process that ignored the signal ignores it no
//! more.
//!
//! # Example
//! ```
//! use toque::process::Command;
//!
//! # fn main() -> std::io::Result<()> {
//! toque::Runtime::new()?.block_on(async {
//!     let output = Command::new("echo").arg("one sandwich").output().await?;
//!     assert!(output.status.success());
//!     assert_eq!(output.stdout, b"one sandwich\n");
//!     Ok(())
//! })
//! # }
//! ```
//!
//! A program that is written to and read from:
//! ```
//! use std::process::Stdio;
//!
//! use futures_lite::{AsyncReadExt, AsyncWriteExt};
//! use toque::process::Command;
//!
//! # fn main() -> std::io::Result<()> {
//! toque::Runtime::new()?.block_on(async {
//!     let mut cat = Command::new("cat")
//!         .stdin(Stdio::piped())
//!         .stdout(Stdio::piped())
//!         .spawn()?;
//!     let (mut stdin, mut stdout) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
//!     toque::spawn(async move { stdin.write_all(b"soup").await }); // the end of it closes the pipe
//!
//!     let mut order = String::new();
//!     stdout.read_to_string(&mut order).await?;
//!     assert_eq!(order, "soup");
//!     assert!(cat.wait().await?.success());
//!     Ok(())
//! })
//! # }
//! ```

mod child;
mod command;
mod exit;
mod fate;
mod orphan;
mod output;
mod pidfd;
#[allow(unsafe_code)]
// what runs between fork and exec must keep to what is allowed there, as the caller promises
mod pre_exec;
mod running;
mod stdio;

pub use child::Child;
pub use command::Command;
pub use stdio::{ChildStderr, ChildStdin, ChildStdout};
