//! Orders and their events in SQLite: the statements, each within a transaction or a reader of its caller's.

use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{ms, sandwiches};
use crate::order::{Event, Order, Step};
use crate::store::StoreError;
use crate::timestamp::Timestamp;

const COLUMNS: &str = "id, sandwich, step, created_at, updated_at";
/// As the index `orders_unfinished` has it.
const UNFINISHED: &str = "step NOT IN ('ready', 'cancelled')";

/// Whoever had the file before us cooks no more.
pub(super) fn end_leases(db: &Connection) -> rusqlite::Result<()> {
    let end = format!("UPDATE orders SET cook = NULL, lease_until = NULL WHERE {UNFINISHED}");
    db.execute(&end, []).map(|_| ())
}

pub(super) fn place(
    db: &Connection,
    sandwich: Uuid,
    news: &mut Vec<Event>,
) -> Result<Order, StoreError> {
    sandwiches::get(db, sandwich)?;
    let order = Order::new(sandwich);
    db.prepare_cached(
        "INSERT INTO orders (id, sandwich, step, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        order.id.as_bytes(),
        order.sandwich.as_bytes(),
        order.step.word(),
        order.created_at.0,
        order.updated_at.0,
    ])?;
    tell(db, order.id, order.step, order.created_at, news)?;
    Ok(order)
}

pub(super) fn get(db: &Connection, id: Uuid) -> Result<Order, StoreError> {
    let found = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM orders WHERE id = ?1"))?
        .query_row([id.as_bytes()], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound)
}

pub(super) fn unfinished(db: &Connection, limit: u32) -> Result<Vec<Order>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE {UNFINISHED} ORDER BY id LIMIT ?1");
    let rows = db
        .prepare_cached(&sql)?
        .query_map([limit], from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(super) fn claim(
    db: &Connection,
    cook: Uuid,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Order>, StoreError> {
    let now = Timestamp::now().0;
    let sql = format!(
        "UPDATE orders SET cook = ?1, lease_until = ?2 WHERE id IN (
             SELECT id FROM orders WHERE {UNFINISHED} AND (lease_until IS NULL OR lease_until <= ?3)
             ORDER BY id LIMIT ?4
         ) RETURNING {COLUMNS}"
    );
    let until = now.saturating_add(ms(lease));
    let mut claimed = db
        .prepare_cached(&sql)?
        .query_map(params![cook.as_bytes(), until, now, limit], from_row)?
        .collect::<rusqlite::Result<Vec<Order>>>()?;
    claimed.sort_by_key(|order| order.id); // RETURNING has no order
    Ok(claimed)
}

pub(super) fn renew(
    db: &Connection,
    order: Uuid,
    cook: Uuid,
    lease: Duration,
) -> Result<(), StoreError> {
    check(db, order, Some(cook))?;
    let until = Timestamp::now().0.saturating_add(ms(lease));
    db.prepare_cached("UPDATE orders SET lease_until = ?2 WHERE id = ?1")?
        .execute(params![order.as_bytes(), until])?;
    Ok(())
}

pub(super) fn append(
    db: &Connection,
    order: Uuid,
    cook: Option<Uuid>,
    step: Step,
    news: &mut Vec<Event>,
) -> Result<Event, StoreError> {
    check(db, order, cook)?;
    let now = Timestamp::now();
    db.prepare_cached("UPDATE orders SET step = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute(params![order.as_bytes(), step.word(), now.0])?;
    tell(db, order, step, now, news)
}

/// Whether the order can take a step now, by this cook.
fn check(db: &Connection, order: Uuid, cook: Option<Uuid>) -> Result<(), StoreError> {
    let found = db
        .prepare_cached("SELECT step, cook, lease_until FROM orders WHERE id = ?1")?
        .query_row([order.as_bytes()], |row| {
            Ok((step(row, 0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (step, holder, until): (Step, Option<[u8; 16]>, Option<i64>) =
        found.ok_or(StoreError::NotFound)?;
    if step.is_last() {
        return Err(StoreError::Finished);
    }
    let Some(cook) = cook else { return Ok(()) };
    let holds =
        holder == Some(cook.into_bytes()) && until.is_some_and(|until| until > Timestamp::now().0);
    if holds {
        Ok(())
    } else {
        Err(StoreError::LeaseLost)
    }
}

/// Writes the event down under the next number, to be published after the commit.
fn tell(
    db: &Connection,
    order: Uuid,
    step: Step,
    at: Timestamp,
    news: &mut Vec<Event>,
) -> Result<Event, StoreError> {
    let seq = db
        .prepare_cached(
            "INSERT INTO events (order_id, step, at) VALUES (?1, ?2, ?3) RETURNING seq",
        )?
        .query_row(params![order.as_bytes(), step.word(), at.0], |row| {
            row.get(0)
        })?;
    let event = Event {
        seq,
        order,
        step,
        at,
    };
    news.push(event.clone());
    Ok(event)
}

pub(super) fn events(
    db: &Connection,
    order: Option<Uuid>,
    after: u64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let columns = "seq, order_id, step, at";
    let rows: rusqlite::Result<Vec<Event>> = match order {
        None => db
            .prepare_cached(&format!(
                "SELECT {columns} FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2"
            ))?
            .query_map(params![after, limit], event_from_row)?
            .collect(),
        Some(order) => db
            .prepare_cached(&format!(
                "SELECT {columns} FROM events WHERE order_id = ?3 AND seq > ?1 ORDER BY seq LIMIT ?2"
            ))?
            .query_map(params![after, limit, order.as_bytes()], event_from_row)?
            .collect(),
    };
    Ok(rows?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: Uuid::from_bytes(row.get(0)?),
        sandwich: Uuid::from_bytes(row.get(1)?),
        step: step(row, 2)?,
        created_at: Timestamp(row.get(3)?),
        updated_at: Timestamp(row.get(4)?),
    })
}

fn event_from_row(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row.get(0)?,
        order: Uuid::from_bytes(row.get(1)?),
        step: step(row, 2)?,
        at: Timestamp(row.get(3)?),
    })
}

fn step(row: &Row<'_>, column: usize) -> rusqlite::Result<Step> {
    let word: String = row.get(column)?;
    Step::from_word(&word)
        .ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, word.into()))
}
