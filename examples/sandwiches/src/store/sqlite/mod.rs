//! SQLite: a file in WAL mode, one thread that writes, a few readers on the blocking pool.
//!
//! **What an answer promises.** A change is answered after its commit. With [`Durability::Power`] the commit has waited
//! for the disk (`synchronous=FULL`): it survives a power cut, as far as the disk keeps what it says it has synced. With
//! [`Durability::Process`] (`synchronous=NORMAL`) the log is written, but synced only now and then: the system keeps it
//! when the process is killed, a power cut may take the last changes and leaves the file sound.
//!
//! **Writing.** SQLite has one writer at a time, and a commit costs a sync. So `writer.rs` takes all changes that are
//! queued and commits them together. **Reading.** In WAL mode readers and the writer do not wait for each other; see
//! `readers.rs`.

mod fault;
mod keys;
mod migrations;
mod orders;
mod readers;
mod sandwiches;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use self::fault::opening;
use self::readers::Readers;
use self::writer::Writer;
use super::bulletin::Bulletin;
use super::{
    Answer, Created, Durability, Feed, IdempotencyKey, Listing, OpenError, Options, Page,
    Precondition, Store, StoreError,
};
use crate::order::{Event, Order, Step};
use crate::sandwich::{Draft, Sandwich};
use crate::timestamp::Timestamp;

/// A store in a file. It belongs to one process at a time.
pub struct SqliteStore {
    /// For messages.
    path: PathBuf,
    /// All changes.
    writer: Writer,
    /// All queries.
    readers: Readers,
    /// Fed by the writer after each commit.
    bulletin: Arc<Bulletin>,
    /// How long idempotency keys are known.
    keys_live: Duration,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// [`SqliteStore::open`], on the blocking pool.
pub(super) async fn open(path: PathBuf, options: Options) -> Result<SqliteStore, OpenError> {
    let place = path.display().to_string();
    let job = toque::spawn_blocking(move || SqliteStore::open(&path, &options));
    job.await.unwrap_or_else(|lost| {
        let source = lost.into();
        Err(OpenError::Unreachable { place, source })
    })
}

impl SqliteStore {
    /// Opens the file, creates it if it is not there, and brings its schema up to date. Blocks; needs no runtime.
    ///
    /// # Errors
    /// The file cannot be opened or is no database, WAL is not possible there (`:memory:`, some network file systems),
    /// or a newer version of this program has written it.
    pub fn open(path: &Path, options: &Options) -> Result<SqliteStore, OpenError> {
        let bulletin = Arc::new(Bulletin::new());
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut db =
            connect(path, flags, options.patience).map_err(|error| opening(path, error))?;
        prepare(&db, options).map_err(|error| opening(path, error))?;
        migrations::run(&mut db, path)?;
        orders::end_leases(&db).map_err(|error| opening(path, error))?;
        let writer = Writer::start(db, options.queue, Arc::clone(&bulletin));
        Ok(SqliteStore {
            path: path.to_owned(),
            writer: writer.map_err(|error| opening(path, error))?,
            readers: Readers::new(path, options),
            bulletin,
            keys_live: options.keys_live,
        })
    }

    /// Commits so far. Fewer than changes, since changes that come together are committed together.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }

    /// Readers that could begin now.
    pub fn free_readers(&self) -> usize {
        self.readers.free()
    }
}

/// Every call is a change for the writer or a query for a reader; what it does is in `sandwiches.rs` and `orders.rs`.
impl Store for SqliteStore {
    fn create(&self, draft: Draft, key: Option<IdempotencyKey>) -> Answer<'_, Created<Sandwich>> {
        let keys_live = self.keys_live;
        Box::pin(self.writer.write(move |db, _| {
            keys::once(db, "sandwich", key, keys_live, || {
                sandwiches::insert(db, Sandwich::new(draft))
            })
        }))
    }

    fn get(&self, id: Uuid) -> Answer<'_, Sandwich> {
        Box::pin(self.readers.read(move |db| sandwiches::get(db, id)))
    }

    fn list(&self, listing: Listing) -> Answer<'_, Page> {
        Box::pin(self.readers.read(move |db| sandwiches::list(db, &listing)))
    }

    fn replace(&self, id: Uuid, only: Precondition, draft: Draft) -> Answer<'_, Sandwich> {
        Box::pin(
            self.writer
                .write(move |db, _| sandwiches::replace(db, id, &only, draft)),
        )
    }

    fn delete(&self, id: Uuid, only: Precondition) -> Answer<'_, ()> {
        Box::pin(
            self.writer
                .write(move |db, _| sandwiches::delete(db, id, &only)),
        )
    }

    fn create_order(
        &self,
        sandwich: Uuid,
        key: Option<IdempotencyKey>,
    ) -> Answer<'_, Created<Order>> {
        let keys_live = self.keys_live;
        Box::pin(self.writer.write(move |db, news| {
            keys::once(db, "order", key, keys_live, || {
                orders::place(db, sandwich, news)
            })
        }))
    }

    fn get_order(&self, id: Uuid) -> Answer<'_, Order> {
        Box::pin(self.readers.read(move |db| orders::get(db, id)))
    }

    fn unfinished(&self, limit: u32) -> Answer<'_, Vec<Order>> {
        Box::pin(self.readers.read(move |db| orders::unfinished(db, limit)))
    }

    fn claim(&self, cook: Uuid, lease: Duration, limit: u32) -> Answer<'_, Vec<Order>> {
        Box::pin(
            self.writer
                .write(move |db, _| orders::claim(db, cook, lease, limit)),
        )
    }

    fn renew(&self, order: Uuid, cook: Uuid, lease: Duration) -> Answer<'_, ()> {
        Box::pin(
            self.writer
                .write(move |db, _| orders::renew(db, order, cook, lease)),
        )
    }

    fn append_event(&self, order: Uuid, cook: Option<Uuid>, step: Step) -> Answer<'_, Event> {
        Box::pin(
            self.writer
                .write(move |db, news| orders::append(db, order, cook, step, news)),
        )
    }

    fn events_since(&self, order: Option<Uuid>, after: u64, limit: u32) -> Answer<'_, Vec<Event>> {
        Box::pin(
            self.readers
                .read(move |db| orders::events(db, order, after, limit)),
        )
    }

    fn subscribe(&self) -> Feed {
        self.bulletin.subscribe()
    }

    fn sweep(&self) -> Answer<'_, u64> {
        Box::pin(self.writer.write(|db, _| keys::sweep(db, Timestamp::now())))
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.writer.check()?;
            self.readers.read(sandwiches::touch).await
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.readers.close();
            self.writer.close().await;
            self.bulletin.close();
            Ok(())
        })
    }
}

/// `NO_MUTEX`: a connection is used by one thread at a time, which Rust already checks.
fn connect(path: &Path, flags: OpenFlags, patience: Duration) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(patience)?;
    db.set_prepared_statement_cache_capacity(64); // more than there are statements
    Ok(db)
}

/// What the writer's connection needs besides.
fn prepare(db: &Connection, options: &Options) -> rusqlite::Result<()> {
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(fault::refused(format!(
            "write-ahead logging is not possible here (journal mode {mode})"
        )));
    }
    let synchronous = match options.durability {
        Durability::Power => "FULL",
        Durability::Process => "NORMAL",
    };
    db.pragma_update(None, "synchronous", synchronous)?;
    // macOS: fsync alone leaves the data in the disk's cache. Elsewhere without effect.
    db.pragma_update(None, "fullfsync", options.durability == Durability::Power)?;
    let Some(pages) = options.max_pages else {
        return Ok(());
    };
    db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}

/// Milliseconds, as the tables have them.
fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// After [`Store::close`].
fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}
