//! The pool: a bounded number of connections, made when they are needed and kept while they live.
//!
//! A call waits for a permit, takes a connection that nobody uses or makes one, and gives both back when it is done or
//! dropped. While the server cannot be reached, calls fail at once for a growing pause instead of each trying by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};
use toque::sync::{OwnedSemaphorePermit, Semaphore};

use super::connect::{Session, Target};
use crate::store::{Options, StoreError};

/// The pause after the first failure to connect; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// What a statement is given for its `$1`, `$2`, ….
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Hands out connections.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    /// As many permits as there may be connections.
    seats: Arc<Semaphore>,
    /// The number of them.
    size: u32,
    /// Shared with the connections that are lent.
    shelf: Arc<Mutex<Shelf>>,
}

/// What the pool knows about its connections.
#[derive(Debug, Default)]
struct Shelf {
    /// Connections that nobody uses. The one used last is taken first.
    idle: Vec<Kept>,
    /// Failures to connect since the last success.
    failures: u32,
    /// No attempt to connect before.
    not_before: Option<Instant>,
}

/// A connection, with the statements it has prepared so far.
#[derive(Debug)]
struct Kept {
    session: Session,
    statements: HashMap<String, Statement>,
}

impl Pool {
    pub(super) fn new(target: Target, options: &Options) -> Pool {
        let size = u32::try_from(options.connections.max(1)).unwrap_or(u32::MAX);
        Pool {
            target,
            seats: Arc::new(Semaphore::new(size as usize)),
            size,
            shelf: Arc::default(),
        }
    }

    /// Runs one statement on some connection.
    pub(super) async fn query(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut lent = self.lend().await?;
        let answer = self.target.within(lent.query(sql, params)).await;
        lent.fit = fit(&answer);
        answer
    }

    pub(super) fn free(&self) -> usize {
        self.seats.available_permits()
    }

    /// Waits for calls under way, within the usual patience, then takes no more.
    pub(super) async fn close(&self) {
        let all = self.seats.acquire_many(self.size);
        let _ = toque::time::timeout(self.target.patience, all).await;
        self.seats.close();
        lock(&self.shelf).idle.clear();
    }

    async fn lend(&self) -> Result<Lent, StoreError> {
        let seat = Arc::clone(&self.seats).acquire_owned();
        let seat = toque::time::timeout(self.target.patience, seat)
            .await
            .map_err(|_| StoreError::unavailable("all connections are busy"))?
            .map_err(|_| StoreError::unavailable("the store is closed"))?;
        let idle = lock(&self.shelf).take();
        let kept = match idle {
            Some(kept) => kept,
            None => self.connect().await?,
        };
        Ok(Lent {
            kept: Some(kept),
            fit: true,
            shelf: Arc::clone(&self.shelf),
            _seat: seat,
        })
    }

    async fn connect(&self) -> Result<Kept, StoreError> {
        lock(&self.shelf).check()?;
        let connected = self.target.connect().await;
        lock(&self.shelf).note(connected.is_ok());
        Ok(Kept {
            session: connected?,
            statements: HashMap::new(),
        })
    }
}

impl Shelf {
    /// A connection that is still alive, as far as we know.
    fn take(&mut self) -> Option<Kept> {
        self.idle.retain(|kept| !kept.session.client.is_closed());
        self.idle.pop()
    }

    /// Whether it is time for an attempt to connect.
    fn check(&self) -> Result<(), StoreError> {
        let wait = self
            .not_before
            .map(|time| time.saturating_duration_since(Instant::now()))
            .filter(|wait| !wait.is_zero());
        wait.map_or(Ok(()), |retry_after| {
            Err(StoreError::Unavailable {
                retry_after,
                source: "the server could not be reached a moment ago".into(),
            })
        })
    }

    fn note(&mut self, connected: bool) {
        if connected {
            self.failures = 0;
            self.not_before = None;
            return;
        }
        self.not_before = Some(Instant::now() + pause(self.failures));
        self.failures += 1;
    }
}

/// The pause after so many failures before the last.
pub(super) fn pause(failures: u32) -> Duration {
    (PAUSE * 2_u32.pow(failures.min(10))).min(PAUSE_MAX)
}

/// Whether the connection is as good as before. One that broke or did not answer in time is not.
fn fit<T>(answer: &Result<T, StoreError>) -> bool {
    !matches!(answer, Err(StoreError::Unavailable { .. }))
}

/// A connection in use. Dropped, it goes back; also in the middle of a statement, whose answer is then thrown away.
struct Lent {
    /// `None` only while it is dropped.
    kept: Option<Kept>,
    /// Whether somebody else may use it.
    fit: bool,
    shelf: Arc<Mutex<Shelf>>,
    /// Given back last, when the connection is on the shelf again.
    _seat: OwnedSemaphorePermit,
}

impl Lent {
    async fn query(&mut self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        let Some(kept) = &mut self.kept else {
            return Ok(Vec::new()); // not reached: it is there until the drop
        };
        let client = &kept.session.client;
        let statement = match kept.statements.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = client.prepare(sql).await?;
                kept.statements.insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        Ok(client.query(&statement, params).await?)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(kept) = self.kept.take().filter(|_| self.fit) {
            lock(&self.shelf).idle.push(kept);
        }
    }
}

/// Whatever happened to the thread that had the lock before: the shelf is sound between any two of its lines.
fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
