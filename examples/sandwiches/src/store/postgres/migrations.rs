//! Migrations: the steps that bring the schema from any older version to the newest, or leave it as it was.

use tokio_postgres::Client;

use super::connect::Target;
use crate::store::{OpenError, StoreError};

/// Each entry brings the schema from the version of its index to the next. Entries are never changed, only added.
const MIGRATIONS: &[&str] = &[
    // Names are compared by the numbers of their characters (C), as SQLite does it.
    // …_folded: in lower case by Unicode, as the program does it and not the server's locale, for the filters.
    "CREATE TABLE sandwiches (
        id                 uuid PRIMARY KEY,
        name               text COLLATE \"C\" NOT NULL,
        name_folded        text COLLATE \"C\" NOT NULL,
        ingredients        text[] NOT NULL,
        ingredients_folded text[] NOT NULL,
        description        text,
        price_cents        bigint,
        version            bigint NOT NULL,
        created_at         bigint NOT NULL,
        updated_at         bigint NOT NULL
    );
    CREATE INDEX sandwiches_by_time ON sandwiches (created_at, id);
    CREATE INDEX sandwiches_by_name ON sandwiches (name, id);
    CREATE INDEX sandwiches_by_ingredient ON sandwiches USING gin (ingredients_folded);

    CREATE TABLE idempotency_keys (
        kind        text NOT NULL,
        key         text NOT NULL,
        fingerprint uuid NOT NULL,
        answer      text NOT NULL,
        expires_at  timestamptz NOT NULL,
        PRIMARY KEY (kind, key)
    );
    CREATE INDEX idempotency_keys_by_age ON idempotency_keys (expires_at);

    CREATE TABLE orders (
        id          uuid PRIMARY KEY,
        sandwich    uuid NOT NULL,
        step        text NOT NULL,
        cook        uuid,
        lease_until timestamptz,
        created_at  bigint NOT NULL,
        updated_at  bigint NOT NULL
    );
    CREATE INDEX orders_unfinished ON orders (id) WHERE step NOT IN ('ready', 'cancelled');

    CREATE TABLE events (
        seq      bigint PRIMARY KEY,
        order_id uuid NOT NULL,
        step     text NOT NULL,
        at       bigint NOT NULL
    );
    CREATE INDEX events_by_order ON events (order_id, seq);
    CREATE TABLE event_counter (seq bigint NOT NULL);
    INSERT INTO event_counter VALUES (0);",
];

/// One transaction. The advisory lock, whose number is any that no other program uses, makes instances that start at
/// once wait for one another; the others then find nothing to do. For them and for long migrations, more patience.
const BEGIN: &str = "BEGIN;
    SET LOCAL statement_timeout = '5min';
    SELECT pg_advisory_xact_lock(7233174018150000);
    CREATE TABLE IF NOT EXISTS sandwich_schema (version bigint NOT NULL);";

/// Brings the schema to the newest version, on a connection of its own: dropped half-way, it undoes all.
pub(super) async fn run(target: &Target, place: &str) -> Result<(), OpenError> {
    let unreachable = |error: StoreError| OpenError::Unreachable {
        place: place.to_owned(),
        source: error.into_cause(),
    };
    let session = target.connect().await.map_err(unreachable)?;
    let found = begin(&session.client).await.map_err(unreachable)?;
    let known = MIGRATIONS.len() as i64;
    let missing = usize::try_from(found)
        .ok()
        .and_then(|n| MIGRATIONS.get(n..));
    let Some(missing) = missing else {
        return Err(OpenError::NewerSchema {
            place: place.to_owned(),
            found,
            known,
        });
    };
    finish(&session.client, missing)
        .await
        .map_err(|error| match error {
            StoreError::Broken { source } => OpenError::Corrupt {
                place: place.to_owned(),
                source,
            },
            error => unreachable(error),
        })
}

/// Begins the transaction. Gives the version of the schema.
async fn begin(client: &Client) -> Result<i64, StoreError> {
    client.batch_execute(BEGIN).await?;
    let rows = client
        .query("SELECT version FROM sandwich_schema", &[])
        .await?;
    Ok(rows.first().map_or(Ok(0), |row| row.try_get(0))?)
}

/// Ends it.
async fn finish(client: &Client, missing: &[&str]) -> Result<(), StoreError> {
    for migration in missing {
        client.batch_execute(migration).await?;
    }
    let version = MIGRATIONS.len();
    let end = format!(
        "DELETE FROM sandwich_schema; INSERT INTO sandwich_schema VALUES ({version}); COMMIT;"
    );
    Ok(client.batch_execute(&end).await?)
}
