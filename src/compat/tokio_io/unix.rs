//! tokio's I/O traits on what there is on Unix only.

use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{poll_read, reads, writes};
use crate::async_fd::Async;
use crate::net::{UnixStream, unix::pipe};

reads! {
    [] UnixStream [];
    [] pipe::Receiver [];
    [T: AsFd] Async<T> [for<'a> &'a T: io::Read];
}

writes! {
    [] UnixStream [] true;
    [] pipe::Sender [] true;
    [T: AsFd] Async<T> [for<'a> &'a T: io::Write] true;
}
