//! tokio's I/O traits on the pipes of child processes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::poll_read;
use crate::process::{ChildStderr, ChildStdin, ChildStdout};

reads! {
    [] ChildStdout [];
    [] ChildStderr [];
}

writes! {
    [] ChildStdin [] true;
}
