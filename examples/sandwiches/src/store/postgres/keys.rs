//! Idempotency keys: committed by the statement that makes what they are for.

use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::pool::Pool;
use crate::store::{Created, IdempotencyKey, StoreError};

/// To be put into a `WITH`: one row if the key is new, or old enough to be forgotten. `{from}` may say what must be
/// there besides. Of two that come with the same key, the second waits here for the first one's commit.
macro_rules! claim_key {
    ($kind:literal, $key:literal, $fingerprint:literal, $answer:literal, $lives_ms:literal, $from:literal) => {
        concat!(
            "claimed AS (
                INSERT INTO idempotency_keys AS old (kind, key, fingerprint, answer, expires_at)
                SELECT '", $kind, "', ", $key, "::text, ", $fingerprint, "::uuid, ", $answer, "::text,
                       now() + ", $lives_ms, "::bigint * interval '1 ms' ", $from, "
                ON CONFLICT (kind, key) DO UPDATE
                SET fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at
                WHERE old.expires_at <= now()
                RETURNING 1
            )"
        )
    };
}
pub(super) use claim_key;

/// What the key was used for before, if it was.
pub(super) async fn replay<T: DeserializeOwned>(
    pool: &Pool,
    kind: &str,
    key: &IdempotencyKey,
) -> Result<Option<Created<T>>, StoreError> {
    let sql = "SELECT fingerprint, answer FROM idempotency_keys
               WHERE kind = $1 AND key = $2 AND expires_at > now()";
    let rows = pool.query(sql, &[&kind, &key.key]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let (fingerprint, answer): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
    if fingerprint != key.fingerprint {
        return Ok(Some(Created::KeyReused));
    }
    let made = serde_json::from_str(&answer).map_err(StoreError::broken)?;
    Ok(Some(Created::Replayed(made)))
}

/// Removes what is too old to be found.
pub(super) async fn sweep(pool: &Pool) -> Result<u64, StoreError> {
    let sql = "WITH gone AS (DELETE FROM idempotency_keys WHERE expires_at <= now() RETURNING 1)
               SELECT count(*) FROM gone";
    let rows = pool.query(sql, &[]).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    Ok(count.unsigned_abs())
}
