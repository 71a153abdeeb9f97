//! The id in the path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::problem::Problem;

/// A sandwich's or an order's id. What is no UUID is the id of nothing, so it gives 404 too.
#[derive(Debug)]
pub(crate) struct Id(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let of_order = parts.uri.path().starts_with("/orders");
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(text)| hyphenated(&text));
        id.map(Id).ok_or_else(|| {
            if of_order {
                Problem::no_such_order()
            } else {
                Problem::no_such_sandwich()
            }
        })
    }
}

/// As we write it: one sandwich has one URL.
fn hyphenated(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    let ours = id.hyphenated();
    (ours.encode_lower(&mut Uuid::encode_buffer()) == text).then_some(id)
}
