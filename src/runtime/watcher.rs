//! The watcher: a thread beside the runtime's, which looks for a poll that does not end.
//! Started by the builder where stalls are to be told, ended by the runtime.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::proc::{BlockedThread, ThisThread};
use super::stall::{Stall, StallHook};
use crate::executor::ledger::{Entry, Ledger};
use crate::executor::watch::{MAIN, Seen, Watch};
use crate::swallow::in_peace;

/// Looks within the time that a poll may take: one that is twice as long as it may be is seen for sure.
const LOOKS: u32 = 4;

/// What it looks at, and whom it tells.
pub(super) struct Watcher {
    pub(super) watch: Arc<Watch>,
    pub(super) ledger: Arc<Ledger>,
    /// How long a poll may take.
    pub(super) limit: Duration,
    pub(super) hook: StallHook,
    /// The runtime's thread.
    pub(super) thread: ThisThread,
}

/// Ends the watcher when it is dropped. It does not wait for it: a hook may be at work, and may wait for whoever drops this.
#[derive(Debug)]
pub(super) struct Watched(Arc<End>);

#[derive(Debug, Default)]
struct End {
    has_come: Mutex<bool>,
    bell: Condvar,
}

impl Drop for Watched {
    fn drop(&mut self) {
        *self
            .0
            .has_come
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        self.0.bell.notify_one();
    }
}

/// A poll that was running at an earlier look.
struct Suspect {
    poll: Seen,
    /// Whose it is. Asked for at once: it may have ended by the time it is told of.
    task: Option<Entry>,
    /// When it was seen first: after its begin, so it is never said to be longer than it is.
    since: Instant,
    told: bool,
}

impl Watcher {
    pub(super) fn start(self) -> io::Result<Watched> {
        let end = Arc::new(End::default());
        let watched = Watched(Arc::clone(&end));
        thread::Builder::new()
            .name("toque-watcher".to_owned())
            .spawn(move || self.run(&end))?;
        Ok(watched)
    }

    fn run(&self, end: &End) {
        let pause = (self.limit / LOOKS).max(Duration::from_millis(1));
        let mut suspect: Option<Suspect> = None;
        while !end.comes_within(pause) {
            suspect = self.look(suspect);
        }
    }

    /// One look. Gives back whom to look at next time.
    fn look(&self, suspect: Option<Suspect>) -> Option<Suspect> {
        let poll = self.watch.seen()?;
        let Some(mut suspect) = suspect.filter(|suspect| suspect.poll == poll) else {
            return self.suspect(poll);
        };
        let running_for = suspect.since.elapsed();
        if !suspect.told && running_for >= self.limit {
            suspect.told = true;
            self.tell(&suspect, running_for);
        }
        Some(suspect)
    }

    /// A poll that is seen for the first time.
    fn suspect(&self, poll: Seen) -> Option<Suspect> {
        let since = Instant::now();
        let task = self.ledger.get(poll.task);
        let has_ended = task.is_none() && poll.task != MAIN;
        (!has_ended).then_some(Suspect {
            poll,
            task,
            since,
            told: false,
        })
    }

    fn tell(&self, suspect: &Suspect, running_for: Duration) {
        let thread = BlockedThread::look(&self.thread);
        let task = suspect.task.as_ref();
        let stall = Stall {
            id: task.and_then(|task| task.id),
            name: task.and_then(|task| Some(task.name.as_deref()?.to_owned())),
            location: task.map(|task| task.location),
            running_for,
            // Unless the poll has ended: then it may be of a later one.
            thread: thread.filter(|_| self.watch.is_still(suspect.poll)),
        };
        in_peace(|| (self.hook)(&stall));
    }
}

impl End {
    /// Waits for it.
    fn comes_within(&self, pause: Duration) -> bool {
        let has_come = self.has_come.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self
            .bell
            .wait_timeout_while(has_come, pause, |has_come| !*has_come);
        *result.unwrap_or_else(PoisonError::into_inner).0
    }
}
