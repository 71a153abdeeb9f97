//! The readers: a few connections that only read, used on the blocking pool.
//!
//! A query waits for a seat, not for a thread: so a rush of them leaves the rest of the pool to others. The seat goes to
//! the pool with the query, so it stays taken while SQLite is at work, even if nobody waits for the answer any more.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use toque::sync::Semaphore;

use super::{closed, connect};
use crate::store::{Options, StoreError};

/// Hands out connections.
#[derive(Debug)]
pub(super) struct Readers {
    /// One permit for each query that may run at once.
    seats: Arc<Semaphore>,
    /// Shared with the queries on the pool.
    shelf: Arc<Shelf>,
}

/// Connections that nobody uses now.
#[derive(Debug)]
struct Shelf {
    /// For those opened later.
    path: PathBuf,
    /// How long a query waits for a seat, and for the file.
    patience: Duration,
    /// Never more than there are seats.
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: &Path, options: &Options) -> Readers {
        Readers {
            seats: Arc::new(Semaphore::new(options.readers.max(1))),
            shelf: Arc::new(Shelf {
                path: path.to_owned(),
                patience: options.patience,
                idle: Mutex::new(Vec::new()),
            }),
        }
    }

    /// Runs a query on the pool, with a connection of its own.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let seat = Arc::clone(&self.seats).acquire_owned();
        let seat = toque::time::timeout(self.shelf.patience, seat)
            .await
            .map_err(|_| StoreError::unavailable("too many queries wait already"))?
            .map_err(|_| closed())?;
        let shelf = Arc::clone(&self.shelf);
        let job = toque::spawn_blocking(move || {
            let result = shelf.answer(query);
            drop(seat); // after the connection is back on the shelf
            result
        });
        job.await
            .unwrap_or_else(|lost| Err(StoreError::broken(lost)))
    }

    pub(super) fn free(&self) -> usize {
        self.seats.available_permits()
    }

    /// Takes no more queries. Those that run keep their connection until they are done.
    pub(super) fn close(&self) {
        self.seats.close();
        self.shelf.lock().clear();
    }
}

impl Shelf {
    fn answer<R>(
        &self,
        query: impl FnOnce(&Connection) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let idle = self.lock().pop();
        let reader = idle.map_or_else(
            || connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY, self.patience),
            Ok,
        )?;
        let result = query(&reader);
        // A reader that failed is closed, and the next query opens a new one.
        if !matches!(
            result,
            Err(StoreError::Unavailable { .. } | StoreError::Broken { .. })
        ) {
            self.lock().push(reader);
        }
        result
    }

    /// Whatever happened to the thread that had the lock before: it only pushes and pops.
    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
