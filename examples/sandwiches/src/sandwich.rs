//! A sandwich: what clients send, what they get back, and the rules between.

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

/// The longest name, in characters.
pub const NAME_MAX: usize = 200;
/// The most ingredients one sandwich can have.
pub const INGREDIENTS_MAX: usize = 100;
/// The longest ingredient, in characters.
pub const INGREDIENT_MAX: usize = 100;

/// A sandwich as it is stored and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sandwich {
    /// UUIDv7: begins with the time, so the order of ids is the order of creation.
    pub id: Uuid,
    /// What it is called; several may share a name.
    pub name: String,
    /// From bottom to top: the order is the client's.
    pub ingredients: Vec<String>,
}

/// The body of `POST /sandwiches`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Required.
    pub name: String,
    /// May be left out: bread alone is a sandwich to some.
    #[serde(default)]
    pub ingredients: Vec<String>,
}

impl Draft {
    /// Checks lengths and counts.
    ///
    /// # Errors
    /// What is wrong, in words for the client.
    pub fn check(&self) -> Result<(), String> {
        check_name(&self.name)?;
        check_ingredients(&self.ingredients)
    }
}

/// The body of `PATCH /sandwiches/{id}`: a JSON merge patch (RFC 7396).
///
/// A member left out stays as it is. `null`, which would remove a member, is refused: a sandwich has both.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// The new name, if any.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<String>,
    /// The new list, if any; a merge patch replaces a list as a whole.
    #[serde(default, deserialize_with = "present")]
    pub ingredients: Option<Vec<String>>,
}

impl Patch {
    /// Checks lengths and counts of what is there.
    ///
    /// # Errors
    /// What is wrong, in words for the client.
    pub fn check(&self) -> Result<(), String> {
        self.name.as_deref().map_or(Ok(()), check_name)?;
        self.ingredients
            .as_deref()
            .map_or(Ok(()), check_ingredients)
    }

    /// The sandwich after the patch.
    pub fn apply(self, old: Sandwich) -> Sandwich {
        Sandwich {
            id: old.id,
            name: self.name.unwrap_or(old.name),
            ingredients: self.ingredients.unwrap_or(old.ingredients),
        }
    }
}

/// Reads a member that is there: serde's own `Option` would take `null` for a member left out.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn check_name(name: &str) -> Result<(), String> {
    check_length("name", name, NAME_MAX)
}

fn check_ingredients(ingredients: &[String]) -> Result<(), String> {
    if ingredients.len() > INGREDIENTS_MAX {
        return Err(format!(
            "ingredients: {} of them, at most {INGREDIENTS_MAX} fit",
            ingredients.len()
        ));
    }
    ingredients
        .iter()
        .enumerate()
        .try_for_each(|(i, one)| check_length(&format!("ingredients[{i}]"), one, INGREDIENT_MAX))
}

fn check_length(what: &str, text: &str, max: usize) -> Result<(), String> {
    match text.chars().count() {
        0 => Err(format!("{what}: must not be empty")),
        n if n > max => Err(format!("{what}: {n} characters, at most {max} are allowed")),
        _ => Ok(()),
    }
}
