//! The idempotency key: `Idempotency-Key` on a POST, so that one sent twice makes one thing.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;

use crate::problem::Problem;
use crate::store::IdempotencyKey;

/// The longest key. A UUID has 36 characters.
const LENGTH_MAX: usize = 255;

/// The key, if the client has sent one.
#[derive(Debug)]
pub(crate) struct Key(Option<String>);

impl Key {
    /// The key along with what the body says: two spellings of one value are the same body.
    pub(crate) fn of(self, body: &impl Serialize) -> Option<IdempotencyKey> {
        let normal = || serde_json::to_vec(body).expect("what was read can be written");
        self.0.map(|key| IdempotencyKey::new(key, &normal()))
    }
}

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let malformed = |detail| Problem::malformed_header("idempotency-key", detail);
        let mut keys = parts.headers.get_all("idempotency-key").iter();
        let Some(key) = keys.next() else {
            return Ok(Key(None));
        };
        if keys.next().is_some() {
            return Err(malformed("comes twice"));
        }
        let key = key
            .to_str()
            .map_err(|_| malformed("must be visible ASCII"))?;
        match key.len() {
            0 => Err(malformed("must not be empty")),
            1..=LENGTH_MAX => Ok(Key(Some(key.to_owned()))),
            _ => Err(malformed("has at most 255 characters")),
        }
    }
}
