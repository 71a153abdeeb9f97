//! Hold: how much the server's memory grows by connections that say one word and then nothing.

use super::{Talk, Target};
use crate::figures::{Figures, figure};
use crate::process::resident_bytes;

/// Opens `connections`, exchanges one small message on each, and looks at the server. The kernel's own memory for the
/// sockets is not in it.
pub(crate) fn hold(target: Target, connections: usize) -> Figures {
    Talk::echo(100, 8).open(target); // what the server sets up once is not a connection's
    let before = resident_bytes(target.process);
    let talk = Talk::echo(connections, 8);
    let mut streams = talk.open(target);
    for stream in &mut streams {
        talk.exchange_once(stream);
    }
    let grown = resident_bytes(target.process) - before;
    vec![figure("bytes", grown / connections as f64)]
}
