//! Sandwiches in SQLite: the statements, each within a transaction or a reader of its caller's.

use std::sync::LazyLock;

use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use crate::sandwich::{Draft, Sandwich};
use crate::store::{Listing, Page, Precondition, Sort, StoreError};
use crate::timestamp::Timestamp;

const COLUMNS: &str =
    "id, name, ingredients, description, price_cents, version, created_at, updated_at";

static GET: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {COLUMNS} FROM sandwiches WHERE id = ?1"));

pub(super) fn insert(db: &Connection, sandwich: Sandwich) -> Result<Sandwich, StoreError> {
    db.prepare_cached(
        "INSERT INTO sandwiches (id, name, name_folded, ingredients, ingredients_folded, description,
             price_cents, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        sandwich.id.as_bytes(),
        sandwich.name,
        sandwich.name.to_lowercase(),
        to_json(&sandwich.ingredients),
        to_json(&folded(&sandwich.ingredients)),
        sandwich.description,
        sandwich.price_cents,
        sandwich.version,
        sandwich.created_at.0,
        sandwich.updated_at.0,
    ])?;
    Ok(sandwich)
}

pub(super) fn get(db: &Connection, id: Uuid) -> Result<Sandwich, StoreError> {
    let found = db
        .prepare_cached(&GET)?
        .query_row([id.as_bytes()], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound)
}

/// Reads something, to see that it can be read.
pub(super) fn touch(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("SELECT 1 FROM sandwiches LIMIT 1")?
        .query_row([], |_| Ok(()))
        .optional()?;
    Ok(())
}

pub(super) fn replace(
    db: &Connection,
    id: Uuid,
    only: &Precondition,
    draft: Draft,
) -> Result<Sandwich, StoreError> {
    let old = get(db, id)?;
    only.check(old.version)?;
    let new = Sandwich {
        id,
        version: old.version + 1,
        created_at: old.created_at,
        updated_at: Timestamp::now().max(old.updated_at),
        ..Sandwich::new(draft)
    };
    db.prepare_cached(
        "UPDATE sandwiches SET name = ?2, name_folded = ?3, ingredients = ?4, ingredients_folded = ?5,
             description = ?6, price_cents = ?7, version = ?8, updated_at = ?9
         WHERE id = ?1",
    )?
    .execute(params![
        new.id.as_bytes(),
        new.name,
        new.name.to_lowercase(),
        to_json(&new.ingredients),
        to_json(&folded(&new.ingredients)),
        new.description,
        new.price_cents,
        new.version,
        new.updated_at.0,
    ])?;
    Ok(new)
}

pub(super) fn delete(db: &Connection, id: Uuid, only: &Precondition) -> Result<(), StoreError> {
    only.check(get(db, id)?.version)?;
    db.prepare_cached("DELETE FROM sandwiches WHERE id = ?1")?
        .execute([id.as_bytes()])?;
    Ok(())
}

pub(super) fn list(db: &Connection, listing: &Listing) -> Result<Page, StoreError> {
    if listing.is_hopeless() {
        return Ok(Page::cut(Vec::new(), 0));
    }
    let (sql, values) = list_statement(listing);
    let rows = db
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), from_row)?
        .collect::<rusqlite::Result<Vec<Sandwich>>>()?;
    Ok(Page::cut(rows, listing.limit))
}

/// Only the conditions that are needed, so that SQLite can begin at the right place of an index.
fn list_statement(listing: &Listing) -> (String, Vec<Value>) {
    let column = match listing.sort {
        Sort::CreatedAt => "created_at",
        Sort::Name => "name",
    };
    let (behind, direction) = if listing.descending {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    let mut conditions = vec!["1".to_owned()];
    let mut values = Vec::new();
    if let Some(text) = &listing.name_contains {
        conditions.push("instr(name_folded, ?) > 0".to_owned()); // not LIKE, where % and _ have a meaning
        values.push(Value::Text(text.to_lowercase()));
    }
    if let Some(ingredient) = &listing.ingredient {
        conditions.push("? IN (SELECT value FROM json_each(ingredients_folded))".to_owned());
        values.push(Value::Text(ingredient.to_lowercase()));
    }
    if let Some(place) = &listing.after {
        conditions.push(format!("({column}, id) {behind} (?, ?)"));
        values.push(match listing.sort {
            Sort::CreatedAt => Value::Integer(place.created_at.0),
            Sort::Name => Value::Text(place.name.clone()),
        });
        values.push(Value::Blob(place.id.as_bytes().to_vec()));
    }
    values.push(Value::Integer(i64::from(listing.limit) + 1)); // one more, to know whether there is one
    let sql = format!(
        "SELECT {COLUMNS} FROM sandwiches WHERE {} ORDER BY {column} {direction}, id {direction} LIMIT ?",
        conditions.join(" AND ")
    );
    (sql, values)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Sandwich> {
    let ingredients = row.get_ref(2)?.as_str()?;
    Ok(Sandwich {
        id: Uuid::from_bytes(row.get(0)?),
        name: row.get(1)?,
        ingredients: serde_json::from_str(ingredients).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(2, Type::Text, Box::new(error))
        })?,
        description: row.get(3)?,
        price_cents: row.get(4)?,
        version: row.get(5)?,
        created_at: Timestamp(row.get(6)?),
        updated_at: Timestamp(row.get(7)?),
    })
}

/// As the list's filter compares them.
fn folded(ingredients: &[String]) -> Vec<String> {
    ingredients.iter().map(|one| one.to_lowercase()).collect()
}

fn to_json(ingredients: &[String]) -> String {
    serde_json::Value::from(ingredients).to_string()
}
