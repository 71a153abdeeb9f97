//! Strict JSON: what is not one object in UTF-8, every member once, is refused with its line and column; what is one, but
//! of the wrong shape, with a pointer to the field.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use super::body::{JSON, MERGE_PATCH};
use crate::flaw::Flaw;
use crate::order::Wish;
use crate::problem::{Kind, Problem};
use crate::sandwich::{Draft, Patch};

/// What can be a body, and under which content types.
pub(crate) trait FromJson: DeserializeOwned {
    /// Media types without parameters, in lower case.
    const TYPES: &'static [&'static str] = &[JSON];
}

impl FromJson for Draft {}

impl FromJson for Wish {}

/// Many clients send a patch as plain JSON; it can mean nothing else here.
impl FromJson for Patch {
    const TYPES: &'static [&'static str] = &[MERGE_PATCH, JSON];
}

/// 400 for what is no JSON object, 422 for one of the wrong shape.
pub(super) fn parse<T: FromJson>(bytes: &[u8]) -> Result<T, Problem> {
    let Strict(value) = serde_json::from_slice(bytes).map_err(malformed)?;
    if !value.is_object() {
        return Err(malformed(
            "the top level must be an object at line 1 column 1",
        ));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        let detail = error.into_inner().to_string();
        let pointer = pointer + &missing(&detail);
        Problem::unacceptable(vec![Flaw::pointer(pointer, detail)])
    })
}

fn malformed(error: impl fmt::Display) -> Problem {
    Problem::new(Kind::MalformedJson, error.to_string())
}

/// As RFC 6901 writes it.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let step = match segment {
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Seq { index } => index.to_string(),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// The field that is missing, which has no place in the text: serde names it in its message only.
fn missing(detail: &str) -> String {
    let field = detail.strip_prefix("missing field `");
    let field = field.and_then(|rest| rest.strip_suffix('`'));
    field.map_or_else(String::new, |field| format!("/{field}"))
}

/// A value whose objects have every member once. serde_json sees to the rest: depth, numbers, surrogates, UTF-8.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Strict, D::Error> {
        from.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

/// Below this, every integer is a float of its own: 2 to the 53rd.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// 3.0 is an integer to JSON, which has one kind of number.
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let is_exact = value.fract() == 0.0 && value.abs() < EXACT;
        Ok(if is_exact {
            (value as i64).into()
        } else {
            value.into()
        })
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "the member {name:?} comes twice"
                )));
            }
            let Strict(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}
