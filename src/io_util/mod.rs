//! I/O without a system call: methods for readers and writers, copies between them, and streams in memory.
//! Public as `toque::io`, by the feature `io-util`; what of it needs a reactor or a thread lives elsewhere.
//!
//! The traits are `futures-io`'s, the names tokio's. Where futures-lite has the same future or type, it is taken from there:
//! `BufReader`, `Cursor`, `Take`, `Chain`, `Empty`, `Repeat`, `Sink`, and the futures of `read`, `write`, `write_all`, `flush`,
//! `shutdown` and `seek`. What is here has another shape there, or another behaviour: each file's head says which.

mod buf_read_ext;
mod buf_stream;
mod buf_writer;
mod copy;
mod copy_bidirectional;
mod copy_buf;
mod duplex;
mod fill_buf;
mod halves;
mod join;
mod lines;
mod number;
mod pipe;
mod read_exact;
mod read_ext;
mod read_to_end;
mod read_until;
mod seek_ext;
mod split;
mod write_ext;

pub use buf_read_ext::AsyncBufReadExt;
pub use buf_stream::BufStream;
pub use buf_writer::BufWriter;
pub use copy::copy;
pub use copy_bidirectional::{copy_bidirectional, copy_bidirectional_with_sizes};
pub use copy_buf::copy_buf;
pub use duplex::{DuplexStream, duplex};
pub use fill_buf::FillBuf;
pub use halves::{ReadHalf, WriteHalf, split};
pub use join::{Join, join};
pub use lines::Lines;
pub use number::{ReadNumber, WriteNumber};
pub use read_exact::ReadExact;
pub use read_ext::AsyncReadExt;
pub use read_to_end::{ReadToEnd, ReadToString};
pub use read_until::{ReadLine, ReadUntil};
pub use seek_ext::AsyncSeekExt;
pub use split::Split;
pub use write_ext::AsyncWriteExt;

pub use futures_lite::io::{
    BufReader, Chain, Cursor, Empty, Repeat, Sink, Take, empty, repeat, sink,
};
