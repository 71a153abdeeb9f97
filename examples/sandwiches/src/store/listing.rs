//! A listing: which sandwiches, in which order, from where on, how many.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::sandwich::Sandwich;
use crate::timestamp::Timestamp;

/// What [`Store::list`](super::Store::list) is asked for. The default is the first page of all, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Only those with this ingredient: the whole of its text, upper and lower case alike.
    pub ingredient: Option<String>,
    /// Only those with this text somewhere in their name, upper and lower case alike. No character has a special
    /// meaning.
    pub name_contains: Option<String>,
    /// By what they are ordered. Those that are equal in it are ordered by id, so every order is total.
    pub sort: Sort,
    /// The other way round.
    pub descending: bool,
    /// Only those behind this place: the last one of the page before.
    pub after: Option<Place>,
    /// At most so many; fewer if they are large, see [`Page::BYTES_MAX`]. 0 gives an empty page.
    pub limit: u32,
}

impl Default for Listing {
    fn default() -> Listing {
        Listing {
            ingredient: None,
            name_contains: None,
            sort: Sort::CreatedAt,
            descending: false,
            after: None,
            limit: 20,
        }
    }
}

impl Listing {
    /// Whether no sandwich can fit: none has a U+0000 in it, and PostgreSQL would not even take the question.
    pub(super) fn is_hopeless(&self) -> bool {
        [&self.ingredient, &self.name_contains]
            .into_iter()
            .flatten()
            .any(|text| text.contains('\0'))
    }
}

/// What a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The time they were made.
    CreatedAt,
    /// The name, by the numbers of its characters: `Z` comes before `a`. The same in both stores, on every machine.
    Name,
}

/// Some sandwiches, and whether more come behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order that was asked for.
    pub sandwiches: Vec<Sandwich>,
    /// Where to go on; `None` if this was the last page.
    pub next: Option<Place>,
}

impl Page {
    /// The most text that the sandwiches of one page have together, in bytes, if there is more than one. A page is in memory for
    /// as long as its client takes to read it, and there may be many clients that don't.
    pub const BYTES_MAX: usize = 512 * 1024;

    /// Made from one sandwich more than were asked for, if there is one more.
    pub(super) fn cut(mut sandwiches: Vec<Sandwich>, limit: u32) -> Page {
        let fitting = Page::fitting(&sandwiches).min(limit as usize);
        let more = sandwiches.len() > fitting;
        sandwiches.truncate(fitting);
        let next = sandwiches.last().filter(|_| more).map(Place::of);
        Page { sandwiches, next }
    }

    /// How many of them fit on a page: one at least, or the list would not go on.
    fn fitting(sandwiches: &[Sandwich]) -> usize {
        let mut bytes = 0;
        let fits = |sandwich: &&Sandwich| {
            bytes += sandwich.text_len();
            bytes <= Page::BYTES_MAX
        };
        sandwiches.iter().take_while(fits).count().max(1)
    }
}

/// The place of a sandwich in every order there is.
///
/// It holds the values, not only the id, so it stays a place when the sandwich is changed or deleted. As text, for a
/// link to the next page, it has only characters that need no escape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// For [`Sort::CreatedAt`].
    pub created_at: Timestamp,
    /// For [`Sort::Name`].
    pub name: String,
    /// Orders those that are equal in the above.
    pub id: Uuid,
}

impl Place {
    /// The place of this sandwich, as it is now.
    pub fn of(sandwich: &Sandwich) -> Place {
        Place {
            created_at: sandwich.created_at,
            name: sandwich.name.clone(),
            id: sandwich.id,
        }
    }
}

/// The time, the id and the name's bytes in hexadecimal.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.", self.created_at.0, self.id.simple())?;
        self.name
            .bytes()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Place, NotAPlace> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(NotAPlace);
        let created_at = Timestamp(part()?.parse().map_err(|_| NotAPlace)?);
        let id = Uuid::try_parse(part()?).map_err(|_| NotAPlace)?;
        let name = String::from_utf8(from_hex(part()?)?).map_err(|_| NotAPlace)?;
        if name.contains('\0') {
            return Err(NotAPlace); // no name has it, and PostgreSQL would not take it
        }
        Ok(Place {
            created_at,
            name,
            id,
        })
    }
}

fn from_hex(text: &str) -> Result<Vec<u8>, NotAPlace> {
    let digit = |byte: u8| (byte as char).to_digit(16).ok_or(NotAPlace);
    text.as_bytes()
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => Ok((digit(high)? * 16 + digit(low)?) as u8),
            _ => Err(NotAPlace),
        })
        .collect()
}

/// The text is no place in a list as [`Place`] writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPlace;

impl fmt::Display for NotAPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a place in a list: take the link to the next page as it is")
    }
}

impl std::error::Error for NotAPlace {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_as_written_and_nonsense_is_refused() {
        for name in ["BLT", "", "ä🥪%'\"", "."] {
            let place = Place {
                created_at: Timestamp(-1),
                name: name.to_owned(),
                id: Uuid::now_v7(),
            };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        let id = Uuid::now_v7().simple();
        for text in [
            "".to_owned(),
            "1".to_owned(),
            format!("1.{id}"),
            format!("1.{id}.a"),
            format!("1.{id}.zz"),
            format!("1.{id}.ff"),
            format!("1.{id}.00"),
            format!("x.{id}."),
            "1.y.".to_owned(),
        ] {
            assert_eq!(text.parse::<Place>(), Err(NotAPlace), "{text}");
        }
    }
}
