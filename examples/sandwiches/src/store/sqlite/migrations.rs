//! Migrations: the steps that bring a file from any older schema to the newest, or leave it as it was.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use uuid::Uuid;

use super::fault::{self, opening};
use super::sandwiches;
use crate::sandwich::Sandwich;
use crate::store::{OpenError, StoreError};
use crate::timestamp::Timestamp;

/// Runs within the transaction of all that are missing.
type Migration = fn(&Connection) -> Result<(), StoreError>;

/// Each entry brings the file from the version of its index to the next. Entries are never changed, only added.
const MIGRATIONS: &[Migration] = &[names_and_ingredients, all_else];

/// Brings the schema to the newest version. `PRAGMA user_version` is the one the file has.
pub(super) fn run(db: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let corrupt = |source| OpenError::Corrupt {
        place: path.display().to_string(),
        source,
    };
    // Immediate: of two processes that start at once, the second waits here and then finds nothing to do.
    let transaction = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| opening(path, error))?;
    let found = version(&transaction).map_err(|error| opening(path, error))?;
    let known = MIGRATIONS.len() as i64;
    let missing = usize::try_from(found)
        .ok()
        .and_then(|n| MIGRATIONS.get(n..));
    let Some(missing) = missing else {
        let place = path.display().to_string();
        return Err(OpenError::NewerSchema {
            place,
            found,
            known,
        });
    };
    for migration in missing {
        migration(&transaction).map_err(|error| corrupt(error.into_cause()))?;
    }
    finish(transaction, known).map_err(|error| opening(path, error))
}

/// The version of the file; one that has tables, but no version, is another program's.
fn version(db: &Connection) -> rusqlite::Result<i64> {
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables > 0 {
        return Err(fault::refused(
            "the file is another program's database".to_owned(),
        ));
    }
    Ok(version)
}

fn finish(transaction: Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

/// Version 1: the first service.
fn names_and_ingredients(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(
        "CREATE TABLE sandwiches (
            id          BLOB PRIMARY KEY CHECK (length(id) = 16),
            name        TEXT NOT NULL,
            ingredients TEXT NOT NULL CHECK (json_valid(ingredients))
        ) STRICT, WITHOUT ROWID;",
    )?;
    Ok(())
}

/// Version 2: versions, times, filters, idempotency keys, orders. Sandwiches of version 1 were made when their id says.
fn all_else(db: &Connection) -> Result<(), StoreError> {
    // ingredients: a JSON list of strings. They are only ever written as a whole.
    // …_folded: in lower case by Unicode, which SQLite does not know, for the filters.
    db.execute_batch(
        "ALTER TABLE sandwiches RENAME TO old_sandwiches;
        CREATE TABLE sandwiches (
            id                 BLOB PRIMARY KEY CHECK (length(id) = 16),
            name               TEXT NOT NULL,
            name_folded        TEXT NOT NULL,
            ingredients        TEXT NOT NULL CHECK (json_valid(ingredients)),
            ingredients_folded TEXT NOT NULL CHECK (json_valid(ingredients_folded)),
            description        TEXT,
            price_cents        INTEGER,
            version            INTEGER NOT NULL,
            created_at         INTEGER NOT NULL,
            updated_at         INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sandwiches_by_time ON sandwiches (created_at, id);
        CREATE INDEX sandwiches_by_name ON sandwiches (name, id);

        CREATE TABLE idempotency_keys (
            kind        TEXT NOT NULL,
            key         TEXT NOT NULL,
            fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
            answer      TEXT NOT NULL,
            expires_at  INTEGER NOT NULL,
            PRIMARY KEY (kind, key)
        ) STRICT;
        CREATE INDEX idempotency_keys_by_age ON idempotency_keys (expires_at);

        CREATE TABLE orders (
            id          BLOB PRIMARY KEY CHECK (length(id) = 16),
            sandwich    BLOB NOT NULL CHECK (length(sandwich) = 16),
            step        TEXT NOT NULL,
            cook        BLOB,
            lease_until INTEGER,
            created_at  INTEGER NOT NULL,
            updated_at  INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX orders_unfinished ON orders (id) WHERE step NOT IN ('ready', 'cancelled');

        CREATE TABLE events (
            seq      INTEGER PRIMARY KEY AUTOINCREMENT,
            order_id BLOB NOT NULL,
            step     TEXT NOT NULL,
            at       INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX events_by_order ON events (order_id, seq);",
    )?;
    move_old(db)?;
    db.execute_batch("DROP TABLE old_sandwiches")?;
    Ok(())
}

fn move_old(db: &Connection) -> Result<(), StoreError> {
    let mut old = db.prepare("SELECT id, name, ingredients FROM old_sandwiches")?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        let ingredients: String = row.get(2)?;
        let id = Uuid::from_bytes(row.get(0)?);
        let made = born(id);
        let sandwich = Sandwich {
            id,
            name: row.get(1)?,
            ingredients: serde_json::from_str(&ingredients).map_err(StoreError::broken)?,
            description: None,
            price_cents: None,
            version: 1,
            created_at: made,
            updated_at: made,
        };
        sandwiches::insert(db, sandwich)?;
    }
    Ok(())
}

/// The time in a UUIDv7: its first 48 bits.
fn born(id: Uuid) -> Timestamp {
    Timestamp((id.as_u128() >> 80) as i64)
}
