//! A sandwich: what clients send, what they get back, and the rules between.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::flaw::Flaw;
use crate::schemas;
use crate::timestamp::Timestamp;

/// The longest name, in characters.
pub const NAME_MAX: usize = 200;
/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 2000;
/// The highest price, in cents: more would not be lunch.
pub const PRICE_MAX: u32 = 10_000_000;
/// The most ingredients one sandwich can have.
pub const INGREDIENTS_MAX: usize = 100;
/// The longest ingredient, in characters.
pub const INGREDIENT_MAX: usize = 100;

/// A sandwich as it is stored and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sandwich {
    /// UUIDv7: begins with the time, so ids of one instance are ordered by creation.
    pub id: Uuid,
    /// What it is called; several may share a name.
    pub name: String,
    /// From bottom to top: the order is the client's.
    pub ingredients: Vec<String>,
    /// What the menu says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// In cents, so that nothing is rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<u32>,
    /// 1 when it is made, one more with each change. It makes the `ETag`.
    pub version: u64,
    /// When it was made, by the clock of the instance that made it.
    pub created_at: Timestamp,
    /// When it was last changed; never before `created_at`.
    pub updated_at: Timestamp,
}

impl Sandwich {
    /// A new sandwich from what the client sent.
    pub fn new(draft: Draft) -> Sandwich {
        let now = Timestamp::now();
        Sandwich {
            id: Uuid::now_v7(),
            name: draft.name,
            ingredients: draft.ingredients,
            description: draft.description,
            price_cents: draft.price_cents,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// How much text it has, in bytes.
    pub(crate) fn text_len(&self) -> usize {
        let ingredients: usize = self.ingredients.iter().map(String::len).sum();
        self.name.len() + ingredients + self.description.as_ref().map_or(0, String::len)
    }

    /// The part that a client decides.
    pub fn into_draft(self) -> Draft {
        Draft {
            name: self.name,
            ingredients: self.ingredients,
            description: self.description,
            price_cents: self.price_cents,
        }
    }
}

/// The body of `POST /sandwiches`, and what a replacement puts in the old one's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Required.
    #[schema(schema_with = schemas::name)]
    pub name: String,
    /// May be left out: bread alone is a sandwich to some.
    #[serde(default)]
    #[schema(schema_with = schemas::ingredients, required = false)]
    pub ingredients: Vec<String>,
    /// May be left out.
    #[serde(default)]
    #[schema(schema_with = schemas::description, required = false)]
    pub description: Option<String>,
    /// May be left out: some are not for sale.
    #[serde(default)]
    #[schema(schema_with = schemas::price_cents, required = false)]
    pub price_cents: Option<u32>,
}

impl Draft {
    /// A sandwich of this name, and nothing else.
    pub fn named(name: impl Into<String>) -> Draft {
        Draft {
            name: name.into(),
            ingredients: Vec::new(),
            description: None,
            price_cents: None,
        }
    }

    /// Checks lengths and counts.
    ///
    /// # Errors
    /// All that is wrong, field by field, in words for the client.
    pub fn check(&self) -> Result<(), Vec<Flaw>> {
        let mut flaws = Vec::new();
        check_name(&self.name, &mut flaws);
        check_ingredients(&self.ingredients, &mut flaws);
        check_description(self.description.as_deref(), &mut flaws);
        check_price(self.price_cents, &mut flaws);
        all_well(flaws)
    }
}

/// The body of `PATCH /sandwiches/{id}`: a JSON merge patch (RFC 7396).
///
/// A member left out stays as it is. `null` removes a member; where a sandwich cannot do without, it is refused.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// The new name, if any.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schemas::name, required = false)]
    pub name: Option<String>,
    /// The new list, if any; a merge patch replaces a list as a whole.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schemas::ingredients, required = false)]
    pub ingredients: Option<Vec<String>>,
    /// The new description, or `Some(None)` to remove the old one.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schemas::description, required = false)]
    pub description: Option<Option<String>>,
    /// The new price, or `Some(None)` to remove the old one.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schemas::price_cents, required = false)]
    pub price_cents: Option<Option<u32>>,
}

impl Patch {
    /// Checks lengths and counts of what is there.
    ///
    /// # Errors
    /// All that is wrong, field by field, in words for the client.
    pub fn check(&self) -> Result<(), Vec<Flaw>> {
        let mut flaws = Vec::new();
        if let Some(name) = &self.name {
            check_name(name, &mut flaws);
        }
        if let Some(ingredients) = &self.ingredients {
            check_ingredients(ingredients, &mut flaws);
        }
        let description = self.description.as_ref().and_then(Option::as_deref);
        check_description(description, &mut flaws);
        check_price(self.price_cents.flatten(), &mut flaws);
        all_well(flaws)
    }

    /// What the sandwich is after the patch.
    pub fn apply(self, old: Draft) -> Draft {
        Draft {
            name: self.name.unwrap_or(old.name),
            ingredients: self.ingredients.unwrap_or(old.ingredients),
            description: self.description.unwrap_or(old.description),
            price_cents: self.price_cents.unwrap_or(old.price_cents),
        }
    }
}

/// Reads a member that is there: serde's own `Option` would take `null` for a member left out.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn check_name(name: &str, flaws: &mut Vec<Flaw>) {
    check_text("/name", name, NAME_MAX, &[], flaws);
}

fn check_description(description: Option<&str>, flaws: &mut Vec<Flaw>) {
    if let Some(text) = description {
        check_text("/description", text, DESCRIPTION_MAX, &['\n', '\t'], flaws);
    }
}

fn check_price(price_cents: Option<u32>, flaws: &mut Vec<Flaw>) {
    if let Some(cents) = price_cents.filter(|cents| *cents > PRICE_MAX) {
        let detail = format!("{cents}, at most {PRICE_MAX} is allowed");
        flaws.push(Flaw::pointer("/price_cents", detail));
    }
}

fn check_ingredients(ingredients: &[String], flaws: &mut Vec<Flaw>) {
    if ingredients.len() > INGREDIENTS_MAX {
        let count = ingredients.len();
        let detail = format!("{count} of them, at most {INGREDIENTS_MAX} fit");
        flaws.push(Flaw::pointer("/ingredients", detail));
        return; // one flaw tells enough, ten thousand would tell no more
    }
    for (i, one) in ingredients.iter().enumerate() {
        check_text(
            &format!("/ingredients/{i}"),
            one,
            INGREDIENT_MAX,
            &[],
            flaws,
        );
    }
}

/// Control characters are refused: they belong to terminals, not to names, and PostgreSQL would not keep U+0000.
fn check_text(pointer: &str, text: &str, max: usize, except: &[char], flaws: &mut Vec<Flaw>) {
    if let Some(c) = text.chars().find(|c| c.is_control() && !except.contains(c)) {
        let detail = format!(
            "the control character U+{:04X} is not allowed",
            u32::from(c)
        );
        flaws.push(Flaw::pointer(pointer, detail));
    }
    match text.chars().count() {
        0 => flaws.push(Flaw::pointer(pointer, "must not be empty")),
        n if n > max => {
            let detail = format!("{n} characters, at most {max} are allowed");
            flaws.push(Flaw::pointer(pointer, detail));
        }
        _ => {}
    }
}

/// `Ok` if there are none.
fn all_well(flaws: Vec<Flaw>) -> Result<(), Vec<Flaw>> {
    if flaws.is_empty() { Ok(()) } else { Err(flaws) }
}
