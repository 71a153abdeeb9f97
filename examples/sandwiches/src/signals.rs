//! The closing bell: SIGINT and SIGTERM as one future.
//!
//! A signal handler may do almost nothing, but it may write a byte to a socket. `signal-hook` does that; the other end
//! of the socket pair is a descriptor like any other and waits in the reactor.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};
use toque::io::Async;

/// What `main` waits for; from its creation on, the signals no longer end the process by themselves.
#[derive(Debug)]
pub struct Bell(Async<UnixStream>);

impl Bell {
    /// Installs the handlers. The first signal rings the bell, a second one ends the process at once.
    ///
    /// # Errors
    /// No descriptors left, or the handlers cannot be installed.
    ///
    /// # Panics
    /// Outside a toque runtime.
    pub fn install() -> io::Result<Bell> {
        let (ours, theirs) = UnixStream::pair()?;
        let rung = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first looks at the flag before the second sets it.
            flag::register_conditional_default(signal, Arc::clone(&rung))?;
            flag::register(signal, Arc::clone(&rung))?;
            pipe::register(signal, theirs.try_clone()?)?;
        }
        Ok(Bell(Async::new(ours)?))
    }

    /// Ready once a signal has come.
    ///
    /// # Cancel safety
    /// A signal that came before the drop has been taken only if this was ready.
    pub async fn rung(&self) {
        // The other end lives in the handlers, so this neither ends nor fails; if it did, stopping is the safe answer.
        let _ = self.0.read_with(|mut socket| socket.read(&mut [0])).await;
    }
}
