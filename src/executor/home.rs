//! Home: what a waker, a handle or an errand on another thread needs to reach its executor.
//! Shared by all of them; outlives the executor.

use std::fmt;
use std::io::Write;
use std::sync::OnceLock;

use super::injector::{Closed, Injector};
use super::queue::Ends;
use super::task::Runnable;
use super::unhandled::{TaskPanic, UnhandledPanic};
use crate::figure::Figure;
use crate::histogram::Histogram;
use crate::waker::Ring;

/// The executor as other threads see it.
pub(crate) struct Home {
    /// Tells runtimes apart; never used twice.
    id: u64,
    injector: Injector<Message>,
    /// What the executor's thread counts.
    figures: Figures,
    /// Ends the wait in the reactor.
    bell: Box<dyn Ring>,
    /// What becomes of panics that nobody awaits.
    unhandled: UnhandledPanic,
    /// The first of them, if it is to end the runtime.
    fatal: OnceLock<String>,
}

/// What the executor counts.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Tasks that have arrived.
    pub(crate) spawned: Figure,
    /// Those of them whose futures are gone.
    pub(crate) ended: Figure,
    /// How far the queue is, as of before the last batch of polls, or after it.
    pub(crate) ends: Ends,
    /// Wakes and new tasks that came from other threads.
    pub(crate) from_elsewhere: Figure,
    /// Batches of polls in which there was nothing to poll.
    pub(crate) noops: Figure,
    /// How long polls took, if that is asked for: it takes two looks at the clock a poll.
    pub(crate) poll_times: Option<Histogram>,
}

impl Figures {
    /// How many tasks live.
    pub(crate) fn tasks(&self) -> usize {
        // Another thread looks until no task has ended meanwhile, or gives up: two figures are not read at one moment.
        let mut ended = self.ended.get();
        for _ in 0..8 {
            let spawned = self.spawned.get();
            let before = std::mem::replace(&mut ended, self.ended.get());
            if before == ended {
                return spawned.saturating_sub(ended) as usize;
            }
        }
        self.spawned.get().saturating_sub(ended) as usize
    }
}

/// What another thread can send.
pub(crate) enum Message {
    /// A task is ready to be polled. Perhaps a new one.
    Ready(Runnable),
    /// The future of `block_on` is.
    Main,
    /// Something to be done on the executor's thread.
    Errand(Box<dyn FnOnce() + Send>),
}

impl Home {
    pub(crate) fn new(
        id: u64,
        bell: Box<dyn Ring>,
        unhandled: UnhandledPanic,
        figures: Figures,
    ) -> Self {
        Self {
            id,
            injector: Injector::new(),
            figures,
            bell,
            unhandled,
            fatal: OnceLock::new(),
        }
    }

    /// A task has panicked, and nobody asks for its outcome.
    pub(super) fn unhandled(&self, panic: &TaskPanic<'_>) {
        match &self.unhandled {
            UnhandledPanic::Log => log(panic),
            UnhandledPanic::Hook(hook) => hook(panic),
            UnhandledPanic::ShutdownRuntime => {
                if self.fatal.set(panic.to_string()).is_ok() {
                    drop(self.send(Message::Main)); // so that the turn comes to look
                }
            }
        }
    }

    /// The panic that is to end the runtime.
    pub(crate) fn fatal(&self) -> Option<&str> {
        self.fatal.get().map(String::as_str)
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Sends a message; gives it back if the executor has gone. The caller keeps `self` alive meanwhile: once a task has been
    /// sent, its own reference may be gone.
    pub(crate) fn send(&self, message: Message) -> Result<(), Message> {
        match self.injector.push(message) {
            Ok(true) => self.bell.ring(),
            Ok(false) => {}
            Err(Closed(message)) => return Err(message),
        }
        Ok(())
    }

    /// Has `errand` run on the executor's thread. If the executor has gone it is dropped here.
    pub(crate) fn errand(&self, errand: impl FnOnce() + Send + 'static) {
        drop(self.send(Message::Errand(Box::new(errand))));
    }

    #[inline]
    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// How many messages wait to be taken in.
    pub(crate) fn messages(&self) -> usize {
        self.injector.len()
    }

    pub(super) fn injector(&self) -> &Injector<Message> {
        &self.injector
    }
}

/// To standard error in one piece. A line that can't be written is lost: `eprintln!` would panic.
fn log(panic: &TaskPanic<'_>) {
    let line = format!("toque: {panic}; nobody awaits it\n");
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
