//! Idempotency keys: remembered in the transaction that makes what they are for.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::ms;
use crate::store::{Created, IdempotencyKey, StoreError};
use crate::timestamp::Timestamp;

/// Makes something once for its key, or always if there is none. Changes come one after the other, so nothing can come
/// between the look and the making.
pub(super) fn once<T: Serialize + DeserializeOwned>(
    db: &Connection,
    kind: &str,
    key: Option<IdempotencyKey>,
    lives: Duration,
    make: impl FnOnce() -> Result<T, StoreError>,
) -> Result<Created<T>, StoreError> {
    let Some(key) = key else {
        return make().map(Created::New);
    };
    let now = Timestamp::now();
    if let Some((fingerprint, answer)) = find(db, kind, &key.key, now)? {
        return if fingerprint == key.fingerprint {
            serde_json::from_str(&answer)
                .map(Created::Replayed)
                .map_err(StoreError::broken)
        } else {
            Ok(Created::KeyReused)
        };
    }
    let made = make()?;
    let answer = serde_json::to_string(&made).map_err(StoreError::broken)?;
    // Replace: one that is too old to be found may still be there.
    db.prepare_cached(
        "INSERT OR REPLACE INTO idempotency_keys (kind, key, fingerprint, answer, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        kind,
        key.key,
        key.fingerprint.as_bytes(),
        answer,
        now.0.saturating_add(ms(lives))
    ])?;
    Ok(Created::New(made))
}

fn find(
    db: &Connection,
    kind: &str,
    key: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<(Uuid, String)>> {
    db.prepare_cached(
        "SELECT fingerprint, answer FROM idempotency_keys
         WHERE kind = ?1 AND key = ?2 AND expires_at > ?3",
    )?
    .query_row(params![kind, key, now.0], |row| {
        Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?))
    })
    .optional()
}

/// Removes what is too old to be found.
pub(super) fn sweep(db: &Connection, now: Timestamp) -> Result<u64, StoreError> {
    let gone = db
        .prepare_cached("DELETE FROM idempotency_keys WHERE expires_at <= ?1")?
        .execute([now.0])?;
    Ok(gone as u64)
}
