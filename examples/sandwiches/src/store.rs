//! The store: sandwiches in an SQLite file, asked from async code, answered by the blocking pool.
//!
//! Called by the handlers in [`routes`](crate::routes). Every call hands a closure to [`toque::spawn_blocking`] and
//! awaits its result, so that SQLite, which blocks, never blocks the thread that serves.
//!
//! **What an answer promises.** The file is in WAL mode with `synchronous=FULL`: a commit returns after the log has been
//! synced to the disk. So a write that was answered with 201, 200 or 204 survives a crash of the process and a power
//! cut, as far as the disk keeps what it says it has synced.
//!
//! **Connections.** One writer behind a mutex: SQLite allows one at a time anyway. Readers are opened as they are
//! needed, one for each thread of the pool that reads at once, and kept. In WAL mode readers and the writer do not wait
//! for each other.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use crate::sandwich::{Draft, Patch, Sandwich};

/// How long a connection waits for another process that has the file locked.
const BUSY: Duration = Duration::from_secs(5);
/// Readers kept open while nobody reads. More may exist for a moment.
const READERS_KEPT: usize = 8;

/// Each entry brings the file from the version of its index to the next. Entries are never changed, only added.
const MIGRATIONS: &[&str] = &[
    // ingredients: a JSON list of strings. They are only ever read and written as a whole.
    "CREATE TABLE sandwiches (
        id          BLOB PRIMARY KEY CHECK (length(id) = 16),
        name        TEXT NOT NULL,
        ingredients TEXT NOT NULL CHECK (json_valid(ingredients))
    ) STRICT, WITHOUT ROWID;",
];

/// All sandwiches. Clones share the same connections.
#[derive(Clone)]
pub struct Store(Arc<Connections>);

struct Connections {
    /// For readers opened later.
    path: PathBuf,
    /// All changes go through it, one after the other.
    writer: Mutex<Connection>,
    /// Readers that nobody uses now.
    readers: Mutex<Vec<Connection>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.0.path)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the file, creates it if it is not there, and brings its schema up to date. Blocks: call it before the
    /// runtime starts.
    ///
    /// # Errors
    /// The file cannot be opened or is no database, WAL is not possible there (`:memory:`, some network file systems),
    /// or a newer version of this program has written it.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let mut writer = connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        make_durable(&writer)?;
        migrate(&mut writer)?;
        let readers = Mutex::new(Vec::new());
        Ok(Store(Arc::new(Connections {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers,
        })))
    }

    /// Stores a new sandwich under a new id.
    ///
    /// # Errors
    /// The query failed.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the sandwich may have been stored or not.
    pub async fn insert(&self, draft: Draft) -> Result<Sandwich, StoreError> {
        self.write(|db| {
            let sandwich = Sandwich {
                id: Uuid::now_v7(),
                name: draft.name,
                ingredients: draft.ingredients,
            };
            let ingredients = to_json(&sandwich.ingredients);
            db.prepare_cached(
                "INSERT INTO sandwiches (id, name, ingredients) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![sandwich.id.as_bytes(), sandwich.name, ingredients])?;
            Ok(sandwich)
        })
        .await
    }

    /// The sandwich of this id. The query takes `delay` longer than it must, which is for tests: the sleep happens on
    /// the pool, inside the query, as a slow disk would have it.
    ///
    /// # Errors
    /// The query failed.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped; the query may go on unheard.
    pub async fn get(&self, id: Uuid, delay: Duration) -> Result<Option<Sandwich>, StoreError> {
        self.read(move |db| {
            std::thread::sleep(delay);
            find(db, id)
        })
        .await
    }

    /// At most `limit` sandwiches by age, oldest first, that come behind `after`.
    ///
    /// # Errors
    /// The query failed.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped; the query may go on unheard.
    pub async fn list(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<Sandwich>, StoreError> {
        self.read(move |db| {
            // The empty blob sorts before every id.
            let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
            db.prepare_cached(
                "SELECT id, name, ingredients FROM sandwiches WHERE id > ?1 ORDER BY id LIMIT ?2",
            )?
            .query_map(params![after, limit], from_row)?
            .collect()
        })
        .await
    }

    /// Changes a sandwich and gives it back as it is now, or `None` if it is not there.
    ///
    /// # Errors
    /// The query failed; nothing has changed.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the change may have been made or not.
    pub async fn update(&self, id: Uuid, patch: Patch) -> Result<Option<Sandwich>, StoreError> {
        self.write(move |db| {
            // One transaction around read and write, or a change by another process in between would be lost.
            let db = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(old) = find(&db, id)? else {
                return Ok(None);
            };
            let new = patch.apply(old);
            db.prepare_cached("UPDATE sandwiches SET name = ?2, ingredients = ?3 WHERE id = ?1")?
                .execute(params![id.as_bytes(), new.name, to_json(&new.ingredients)])?;
            db.commit()?;
            Ok(Some(new))
        })
        .await
    }

    /// Removes a sandwich; `false` if it was not there.
    ///
    /// # Errors
    /// The query failed; the sandwich is still there.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the sandwich may be gone or not.
    pub async fn delete(&self, id: Uuid) -> Result<bool, StoreError> {
        self.write(move |db| {
            let gone = db
                .prepare_cached("DELETE FROM sandwiches WHERE id = ?1")?
                .execute(params![id.as_bytes()])?;
            Ok(gone > 0)
        })
        .await
    }

    /// Runs a query on the pool, with a reader of its own.
    async fn read<R: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, StoreError> {
        let connections = Arc::clone(&self.0);
        let job = toque::spawn_blocking(move || {
            let reader = connections.take_reader()?;
            let result = query(&reader)?;
            // Only after success: a reader that failed is closed, and the next query opens a new one.
            connections.put_back(reader);
            Ok(result)
        });
        job.await
            .map_err(StoreError::Lost)?
            .map_err(StoreError::Sqlite)
    }

    /// Runs a change on the pool, alone.
    async fn write<R: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, StoreError> {
        let connections = Arc::clone(&self.0);
        let job = toque::spawn_blocking(move || change(&mut lock(&connections.writer)));
        job.await
            .map_err(StoreError::Lost)?
            .map_err(StoreError::Sqlite)
    }
}

impl Connections {
    fn take_reader(&self) -> rusqlite::Result<Connection> {
        let idle = lock(&self.readers).pop();
        idle.map_or_else(|| connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY), Ok)
    }

    fn put_back(&self, reader: Connection) {
        let mut idle = lock(&self.readers);
        if idle.len() < READERS_KEPT {
            idle.push(reader);
        }
    }
}

/// Locks, whatever happened to the thread that had the lock before: a transaction rolls back on a panic's way out, so
/// what it leaves is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `NO_MUTEX`: a connection is used by one thread at a time, which Rust already checks.
fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    Ok(db)
}

/// Makes every commit reach the disk before it returns.
fn make_durable(db: &Connection) -> Result<(), StoreError> {
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(refused(format!(
            "write-ahead logging is not possible here (journal mode {mode})"
        )));
    }
    db.pragma_update(None, "synchronous", "FULL")?;
    // macOS: fsync alone leaves the data in the disk's cache. Elsewhere without effect.
    db.pragma_update(None, "fullfsync", true)?;
    Ok(())
}

/// Brings the schema to the newest version, or leaves the file as it was.
fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    // Immediate: of two processes that start at once, the second waits here and then finds nothing to do.
    let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = step.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = MIGRATIONS.get(version as usize..) else {
        return Err(refused(format!(
            "the file has version {version}, this program knows {}",
            MIGRATIONS.len()
        )));
    };
    for migration in missing {
        step.execute_batch(migration)?;
    }
    step.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    step.commit()?;
    Ok(())
}

fn find(db: &Connection, id: Uuid) -> rusqlite::Result<Option<Sandwich>> {
    db.prepare_cached("SELECT id, name, ingredients FROM sandwiches WHERE id = ?1")?
        .query_row(params![id.as_bytes()], from_row)
        .optional()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Sandwich> {
    let id = Uuid::from_bytes(row.get(0)?);
    let json: String = row.get(2)?;
    let ingredients = serde_json::from_str(&json).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(Sandwich {
        id,
        name: row.get(1)?,
        ingredients,
    })
}

fn to_json(ingredients: &[String]) -> String {
    serde_json::Value::from(ingredients).to_string()
}

fn refused(why: String) -> StoreError {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
    StoreError::Sqlite(rusqlite::Error::SqliteFailure(code, Some(why)))
}

/// Why the store did not answer.
#[derive(Debug)]
pub enum StoreError {
    /// SQLite says no: disk full, file locked too long, file damaged.
    Sqlite(rusqlite::Error),
    /// The query never came back: it panicked.
    Lost(toque::JoinError),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Sqlite(error) => write!(f, "SQLite: {error}"),
            StoreError::Lost(error) => write!(f, "the query was lost: {error}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::Sqlite(error)
    }
}
