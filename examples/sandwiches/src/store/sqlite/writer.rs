//! The writer: the one thread that changes the file, and commits together what has come together.
//!
//! It takes all changes that are queued, begins a transaction, makes each change within a savepoint of its own, commits,
//! and only then answers. A change that is refused is undone by its savepoint, and the others stand. While a commit waits
//! for the disk, the next changes queue up: the slower the disk, the larger the groups.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use toque::sync::{CancellationToken, oneshot};

use super::{closed, fault};
use crate::order::Event;
use crate::store::StoreError;
use crate::store::bulletin::Bulletin;

/// The most changes in one commit, so that the first of them need not wait long for the last.
const GROUP: usize = 256;

/// The end of the queue that callers hold.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once closed: then the thread comes to the queue's end.
    queue: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    /// Counted by the thread.
    commits: Arc<AtomicU64>,
    /// Cancelled by the thread as the last thing it does.
    ended: CancellationToken,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        db: Connection,
        queue: usize,
        bulletin: Arc<Bulletin>,
    ) -> rusqlite::Result<Writer> {
        let (sender, receiver) = sync_channel(queue);
        let commits = Arc::new(AtomicU64::new(0));
        let ended = CancellationToken::new();
        let pen = Pen {
            db,
            bulletin,
            commits: Arc::clone(&commits),
        };
        let bell = ended.clone().drop_guard();
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                let _bell = bell; // rings when the thread ends, in whatever way
                pen.write_all(&receiver);
            })
            .map_err(|error| fault::refused(format!("no thread to write: {error}")))?;
        Ok(Writer {
            queue: Mutex::new(Some(sender)),
            commits,
            ended,
        })
    }

    /// Has the thread make this change; ready after the commit. Events put into the list are published after it.
    pub(super) async fn write<R: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection, &mut Vec<Event>) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.submit(Box::new(Change {
            change: Some(change),
            result: None,
            answer,
        }))?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.lock();
        let queue = queue.as_ref().ok_or_else(closed)?;
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::unavailable("too many changes wait already"),
            TrySendError::Disconnected(_) => closed(),
        })
    }

    /// Whether changes are taken at all.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.lock().is_none() || self.ended.is_cancelled() {
            return Err(closed());
        }
        Ok(())
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Takes no more changes; ready when all that are queued are answered and the file is closed.
    pub(super) async fn close(&self) {
        self.lock().take();
        self.ended.cancelled().await;
    }

    fn lock(&self) -> MutexGuard<'_, Option<SyncSender<Box<dyn Job>>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change whose result type is forgotten, so that all fit into one queue.
trait Job: Send {
    /// Makes the change. `false`: it was refused, and what it has done is to be undone.
    fn run(&mut self, db: &Connection, news: &mut Vec<Event>) -> bool;

    /// Tells the caller, after the commit or after its failure.
    fn answer(self: Box<Self>, committed: Result<(), &Arc<rusqlite::Error>>);
}

impl std::fmt::Debug for dyn Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

struct Change<F, R> {
    /// `None` once it has run.
    change: Option<F>,
    /// What it gave, kept until the commit.
    result: Option<Result<R, StoreError>>,
    /// Where the caller waits, or has gone.
    answer: oneshot::Sender<Result<R, StoreError>>,
}

impl<F, R> Job for Change<F, R>
where
    F: FnOnce(&Connection, &mut Vec<Event>) -> Result<R, StoreError> + Send,
    R: Send,
{
    fn run(&mut self, db: &Connection, news: &mut Vec<Event>) -> bool {
        let Some(change) = self.change.take() else {
            return false;
        };
        if self.answer.is_closed() {
            return false; // the caller has gone before we began
        }
        let told = news.len();
        // A change that panics is undone like one that is refused: nothing of it is left, and the others stand.
        let result = catch_unwind(AssertUnwindSafe(|| change(db, news)))
            .unwrap_or_else(|_| Err(StoreError::broken("the change panicked")));
        let made = result.is_ok();
        if !made {
            news.truncate(told);
        }
        self.result = Some(result);
        made
    }

    fn answer(self: Box<Self>, committed: Result<(), &Arc<rusqlite::Error>>) {
        let result = match (committed, self.result) {
            // A refusal too: it may have been because of a change that is undone now.
            (Err(error), _) => Err(fault::shared(error)),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => return,
        };
        let _ = self.answer.send(result); // the caller may have gone
    }
}

/// What the thread works with.
struct Pen {
    db: Connection,
    bulletin: Arc<Bulletin>,
    commits: Arc<AtomicU64>,
}

impl Pen {
    fn write_all(mut self, queue: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            group.extend(queue.try_iter().take(GROUP - 1));
            let committed = self.commit(&mut group).map_err(Arc::new);
            if committed.as_ref().is_err_and(|error| fault::is_busy(error)) {
                group.extend(queue.try_iter()); // they have waited too, and need not wait one after the other
            }
            for job in group {
                job.answer(committed.as_ref().copied());
            }
        }
        // So that the file is whole without its log. If it fails, the next start reads the log.
        let _ = self
            .db
            .pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()));
    }

    /// All changes of the group, or none.
    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
        let mut news = Vec::new();
        // Immediate: it waits for another process here, and not between a read and a write.
        let mut transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in group {
            let savepoint = transaction.savepoint()?;
            let made = job.run(&savepoint, &mut news);
            if savepoint.is_autocommit() {
                return Err(fault::undone());
            }
            if made {
                savepoint.commit()?;
            }
        }
        transaction.commit()?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.bulletin.publish(news);
        Ok(())
    }
}
