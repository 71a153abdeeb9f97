//! Sandwiches in PostgreSQL: one statement for each call.

use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::keys::{self, claim_key};
use super::ms;
use super::pool::Pool;
use crate::sandwich::{Draft, Sandwich};
use crate::store::{Created, IdempotencyKey, Listing, Page, Precondition, Sort, StoreError};
use crate::timestamp::Timestamp;

const COLUMNS: &str =
    "id, name, ingredients, description, price_cents, version, created_at, updated_at";

/// `$1` to `$9`, into a new row.
macro_rules! insert {
    () => {
        "INSERT INTO sandwiches (id, name, name_folded, ingredients, ingredients_folded, description,
             price_cents, version, created_at, updated_at)
         SELECT $1::uuid, $2::text, $3::text, $4::text[], $5::text[], $6::text, $7::bigint, $8::bigint,
             $9::bigint, $9::bigint"
    };
}

pub(super) async fn create(
    pool: &Pool,
    draft: Draft,
    key: Option<IdempotencyKey>,
    keys_live: Duration,
) -> Result<Created<Sandwich>, StoreError> {
    let sandwich = Sandwich::new(draft);
    let Some(key) = key else {
        insert(pool, insert!(), &sandwich, &[]).await?;
        return Ok(Created::New(sandwich));
    };
    let answer = serde_json::to_string(&sandwich).map_err(StoreError::broken)?;
    let sql = concat!(
        "WITH ",
        claim_key!("sandwich", "$10", "$11", "$12", "$13", ""),
        ", made AS (",
        insert!(),
        " FROM claimed) SELECT FROM claimed"
    );
    // Again only if the key was forgotten between the two statements.
    for _ in 0..3 {
        let more: [&(dyn ToSql + Sync); 4] = [&key.key, &key.fingerprint, &answer, &ms(keys_live)];
        if insert(pool, sql, &sandwich, &more).await? > 0 {
            return Ok(Created::New(sandwich));
        }
        if let Some(before) = keys::replay(pool, "sandwich", &key).await? {
            return Ok(before);
        }
    }
    Err(StoreError::unavailable("the key comes and goes"))
}

/// Runs a statement with the sandwich as `$1` to `$9`. Gives the number of rows it gave.
async fn insert(
    pool: &Pool,
    sql: &str,
    sandwich: &Sandwich,
    more: &[&(dyn ToSql + Sync)],
) -> Result<usize, StoreError> {
    let own: [&(dyn ToSql + Sync); 9] = [
        &sandwich.id,
        &sandwich.name,
        &sandwich.name.to_lowercase(),
        &sandwich.ingredients,
        &folded(&sandwich.ingredients),
        &sandwich.description,
        &sandwich.price_cents.map(i64::from),
        &(sandwich.version as i64),
        &sandwich.created_at.0,
    ];
    Ok(pool.query(sql, &[&own, more].concat()).await?.len())
}

pub(super) async fn get(pool: &Pool, id: Uuid) -> Result<Sandwich, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sandwiches WHERE id = $1");
    let rows = pool.query(&sql, &[&id]).await?;
    rows.first().map_or(Err(StoreError::NotFound), from_row)
}

pub(super) async fn replace(
    pool: &Pool,
    id: Uuid,
    only: Precondition,
    draft: Draft,
) -> Result<Sandwich, StoreError> {
    let sql = format!(
        "UPDATE sandwiches SET name = $3, name_folded = $4, ingredients = $5, ingredients_folded = $6,
             description = $7, price_cents = $8, version = version + 1, updated_at = greatest(updated_at, $9)
         WHERE id = $1 AND ($2::bigint[] IS NULL OR version = ANY ($2)) RETURNING {COLUMNS}"
    );
    let params: [&(dyn ToSql + Sync); 9] = [
        &id,
        &versions(&only),
        &draft.name,
        &draft.name.to_lowercase(),
        &draft.ingredients,
        &folded(&draft.ingredients),
        &draft.description,
        &draft.price_cents.map(i64::from),
        &Timestamp::now().0,
    ];
    match pool.query(&sql, &params).await?.first() {
        Some(row) => from_row(row),
        None => Err(refusal(pool, id, &only).await),
    }
}

pub(super) async fn delete(pool: &Pool, id: Uuid, only: Precondition) -> Result<(), StoreError> {
    let sql =
        "DELETE FROM sandwiches WHERE id = $1 AND ($2::bigint[] IS NULL OR version = ANY ($2))
               RETURNING id";
    let gone = pool.query(sql, &[&id, &versions(&only)]).await?;
    if gone.is_empty() {
        return Err(refusal(pool, id, &only).await);
    }
    Ok(())
}

/// The versions that will do; `None`: all. What does not fit into the column is the version of no sandwich.
fn versions(only: &Precondition) -> Option<Vec<i64>> {
    match only {
        Precondition::Exists => None,
        Precondition::OneOf(versions) => Some(
            versions
                .iter()
                .filter_map(|version| i64::try_from(*version).ok())
                .collect(),
        ),
    }
}

/// Why a change was not made.
async fn refusal(pool: &Pool, id: Uuid, only: &Precondition) -> StoreError {
    match get(pool, id).await {
        Err(error) => error,
        Ok(sandwich) => match only.check(sandwich.version) {
            Err(error) => error,
            // It has come to the version since. That the change was refused a moment ago is true all the same.
            Ok(()) => StoreError::PreconditionFailed {
                current: sandwich.version,
            },
        },
    }
}

pub(super) async fn list(pool: &Pool, listing: Listing) -> Result<Page, StoreError> {
    if listing.is_hopeless() {
        return Ok(Page::cut(Vec::new(), 0));
    }
    let (sql, values) = list_statement(&listing);
    let params: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
    let rows = pool.query(&sql, &params).await?;
    let sandwiches = rows.iter().map(from_row).collect::<Result<_, _>>()?;
    Ok(Page::cut(sandwiches, listing.limit))
}

/// Only the conditions that are needed, so that the server can begin at the right place of an index.
fn list_statement(listing: &Listing) -> (String, Vec<Box<dyn ToSql + Send + Sync>>) {
    let column = match listing.sort {
        Sort::CreatedAt => "created_at",
        Sort::Name => "name",
    };
    let (behind, direction) = if listing.descending {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    let mut conditions = vec!["true".to_owned()];
    let mut values: Vec<Box<dyn ToSql + Send + Sync>> = Vec::new();
    if let Some(text) = &listing.name_contains {
        values.push(Box::new(text.to_lowercase()));
        conditions.push(format!("strpos(name_folded, ${}) > 0", values.len())); // not LIKE, where % and _ have a meaning
    }
    if let Some(ingredient) = &listing.ingredient {
        values.push(Box::new(vec![ingredient.to_lowercase()]));
        conditions.push(format!("ingredients_folded @> ${}", values.len()));
    }
    if let Some(place) = &listing.after {
        values.push(match listing.sort {
            Sort::CreatedAt => Box::new(place.created_at.0),
            Sort::Name => Box::new(place.name.clone()),
        });
        values.push(Box::new(place.id));
        let n = values.len();
        conditions.push(format!("({column}, id) {behind} (${}, ${n})", n - 1));
    }
    values.push(Box::new(i64::from(listing.limit) + 1)); // one more, to know whether there is one
    let sql = format!(
        "SELECT {COLUMNS} FROM sandwiches WHERE {} ORDER BY {column} {direction}, id {direction} LIMIT ${}",
        conditions.join(" AND "),
        values.len()
    );
    (sql, values)
}

fn from_row(row: &Row) -> Result<Sandwich, StoreError> {
    let price: Option<i64> = row.try_get(4)?;
    let version: i64 = row.try_get(5)?;
    Ok(Sandwich {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        ingredients: row.try_get(2)?,
        description: row.try_get(3)?,
        price_cents: price
            .map(u32::try_from)
            .transpose()
            .map_err(StoreError::broken)?,
        version: version.try_into().map_err(StoreError::broken)?,
        created_at: Timestamp(row.try_get(6)?),
        updated_at: Timestamp(row.try_get(7)?),
    })
}

/// As the list's filter compares them.
fn folded(ingredients: &[String]) -> Vec<String> {
    ingredients.iter().map(|one| one.to_lowercase()).collect()
}
