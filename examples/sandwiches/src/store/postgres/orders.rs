//! Orders and their events in PostgreSQL: one statement for each call.
//!
//! **Numbers.** An event's number comes from a counter in a row of its own, not from a sequence: the row stays locked
//! until the commit, so numbers have no gap, and are seen in their order. This makes the commits of events follow one
//! another, which is the price of a feed that loses nothing.

use std::time::Duration;

use tokio_postgres::Row;
use uuid::Uuid;

use super::keys::{self, claim_key};
use super::ms;
use super::pool::Pool;
use crate::order::{Event, Order, Step};
use crate::store::{Created, IdempotencyKey, StoreError};
use crate::timestamp::Timestamp;

const COLUMNS: &str = "id, sandwich, step, created_at, updated_at";
/// As the index `orders_unfinished` has it.
const UNFINISHED: &str = "step NOT IN ('ready', 'cancelled')";

/// The end of a statement that lets an order take a step: if the part before it, `moved`, has a row, the event gets its
/// number, is written down, and is told to all instances. As in [`note`].
macro_rules! tell {
    ($order:literal, $step:literal, $at:literal) => {
        concat!(
            "counted AS (
                UPDATE event_counter SET seq = seq + 1 WHERE EXISTS (SELECT FROM moved) RETURNING seq
            ), told AS (
                INSERT INTO events (seq, order_id, step, at)
                SELECT seq, ", $order, "::uuid, ", $step, "::text, ", $at, "::bigint FROM counted
                RETURNING seq, order_id, step, at
            )
            SELECT seq, pg_notify('sandwich_events', concat_ws(' ', seq, order_id, step, at))::text FROM told"
        )
    };
}

pub(super) async fn create(
    pool: &Pool,
    sandwich: Uuid,
    key: Option<IdempotencyKey>,
    keys_live: Duration,
) -> Result<Created<Order>, StoreError> {
    let order = Order::new(sandwich);
    let Some(key) = key else {
        return place(pool, &order).await.map(|()| Created::New(order));
    };
    let answer = serde_json::to_string(&order).map_err(StoreError::broken)?;
    let sql = concat!(
        "WITH food AS (SELECT id FROM sandwiches WHERE id = $2 FOR KEY SHARE), ",
        claim_key!("order", "$5", "$6", "$7", "$8", "FROM food"),
        ", moved AS (
            INSERT INTO orders (id, sandwich, step, created_at, updated_at)
            SELECT $1, $2, $3, $4, $4 FROM claimed RETURNING id
        ), ",
        tell!("$1", "$3", "$4")
    );
    // Again only if the key was forgotten between the two statements.
    for _ in 0..3 {
        let rows = pool
            .query(
                sql,
                &[
                    &order.id,
                    &order.sandwich,
                    &order.step.word(),
                    &order.created_at.0,
                    &key.key,
                    &key.fingerprint,
                    &answer,
                    &ms(keys_live),
                ],
            )
            .await?;
        if !rows.is_empty() {
            return Ok(Created::New(order));
        }
        if let Some(before) = keys::replay(pool, "order", &key).await? {
            return Ok(before);
        }
        super::sandwiches::get(pool, sandwich).await?; // gone: that was why
    }
    Err(StoreError::unavailable("the key comes and goes"))
}

/// Places an order without a key.
async fn place(pool: &Pool, order: &Order) -> Result<(), StoreError> {
    let sql = concat!(
        "WITH food AS (SELECT id FROM sandwiches WHERE id = $2 FOR KEY SHARE), moved AS (
            INSERT INTO orders (id, sandwich, step, created_at, updated_at)
            SELECT $1, $2, $3, $4, $4 FROM food RETURNING id
        ), ",
        tell!("$1", "$3", "$4")
    );
    let step = order.step.word();
    let rows = pool
        .query(
            sql,
            &[&order.id, &order.sandwich, &step, &order.created_at.0],
        )
        .await?;
    rows.first().map_or(Err(StoreError::NotFound), |_| Ok(()))
}

pub(super) async fn get(pool: &Pool, id: Uuid) -> Result<Order, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE id = $1");
    let rows = pool.query(&sql, &[&id]).await?;
    rows.first().map_or(Err(StoreError::NotFound), from_row)
}

pub(super) async fn unfinished(pool: &Pool, limit: u32) -> Result<Vec<Order>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE {UNFINISHED} ORDER BY id LIMIT $1");
    let rows = pool.query(&sql, &[&i64::from(limit)]).await?;
    rows.iter().map(from_row).collect()
}

/// Orders that another instance claims at this moment are skipped, not waited for.
pub(super) async fn claim(
    pool: &Pool,
    cook: Uuid,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Order>, StoreError> {
    let sql = format!(
        "WITH free AS (
            SELECT id AS free_id FROM orders
            WHERE {UNFINISHED} AND (lease_until IS NULL OR lease_until <= now())
            ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE orders SET cook = $1, lease_until = now() + $2::bigint * interval '1 ms'
            FROM free WHERE id = free_id RETURNING {COLUMNS}
        )
        SELECT {COLUMNS} FROM claimed ORDER BY id"
    );
    let rows = pool
        .query(&sql, &[&cook, &ms(lease), &i64::from(limit)])
        .await?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn renew(
    pool: &Pool,
    order: Uuid,
    cook: Uuid,
    lease: Duration,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE orders SET lease_until = now() + $3::bigint * interval '1 ms'
         WHERE id = $1 AND cook = $2 AND lease_until > now() AND {UNFINISHED} RETURNING id"
    );
    let rows = pool.query(&sql, &[&order, &cook, &ms(lease)]).await?;
    if rows.is_empty() {
        return Err(refusal(pool, order).await);
    }
    Ok(())
}

pub(super) async fn append(
    pool: &Pool,
    order: Uuid,
    cook: Option<Uuid>,
    step: Step,
) -> Result<Event, StoreError> {
    let sql = concat!(
        "WITH moved AS (
            UPDATE orders SET step = $3, updated_at = $4
            WHERE id = $1 AND step NOT IN ('ready', 'cancelled')
              AND ($2::uuid IS NULL OR (cook = $2 AND lease_until > now()))
            RETURNING id
        ), ",
        tell!("$1", "$3", "$4")
    );
    let at = Timestamp::now();
    let rows = pool
        .query(sql, &[&order, &cook, &step.word(), &at.0])
        .await?;
    let Some(row) = rows.first() else {
        return Err(refusal(pool, order).await);
    };
    Ok(Event {
        seq: number(row.try_get(0)?)?,
        order,
        step,
        at,
    })
}

/// Why an order did not move.
async fn refusal(pool: &Pool, order: Uuid) -> StoreError {
    match get(pool, order).await {
        Err(error) => error,
        Ok(order) if order.step.is_last() => StoreError::Finished,
        Ok(_) => StoreError::LeaseLost,
    }
}

pub(super) async fn events(
    pool: &Pool,
    order: Option<Uuid>,
    after: u64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let limit = i64::from(limit);
    let rows = match order {
        None => {
            let sql =
                "SELECT seq, order_id, step, at FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
            pool.query(sql, &[&after, &limit]).await?
        }
        Some(order) => {
            let sql = "SELECT seq, order_id, step, at FROM events WHERE order_id = $3 AND seq > $1
                       ORDER BY seq LIMIT $2";
            pool.query(sql, &[&after, &limit, &order]).await?
        }
    };
    rows.iter().map(event_from_row).collect()
}

/// The number of the newest event; 0 if there is none.
pub(super) async fn newest(pool: &Pool) -> Result<u64, StoreError> {
    let rows = pool.query("SELECT seq FROM event_counter", &[]).await?;
    let row = rows
        .first()
        .ok_or_else(|| StoreError::broken("the counter of events is gone"))?;
    number(row.try_get(0)?)
}

/// The event in a notification's text, as the statements above write it.
pub(super) fn note(text: &str) -> Option<Event> {
    let mut words = text.split(' ');
    Some(Event {
        seq: words.next()?.parse().ok()?,
        order: words.next()?.parse().ok()?,
        step: Step::from_word(words.next()?)?,
        at: Timestamp(words.next()?.parse().ok()?),
    })
}

fn from_row(row: &Row) -> Result<Order, StoreError> {
    Ok(Order {
        id: row.try_get(0)?,
        sandwich: row.try_get(1)?,
        step: step(row, 2)?,
        created_at: Timestamp(row.try_get(3)?),
        updated_at: Timestamp(row.try_get(4)?),
    })
}

/// A row of `seq, order_id, step, at`.
pub(super) fn event_from_row(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        seq: number(row.try_get(0)?)?,
        order: row.try_get(1)?,
        step: step(row, 2)?,
        at: Timestamp(row.try_get(3)?),
    })
}

fn number(column: i64) -> Result<u64, StoreError> {
    column.try_into().map_err(StoreError::broken)
}

fn step(row: &Row, column: usize) -> Result<Step, StoreError> {
    let word: String = row.try_get(column)?;
    Step::from_word(&word).ok_or_else(|| StoreError::broken(format!("no step is called {word}")))
}
