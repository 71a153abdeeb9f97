//! Idempotency: a key sent along with a request, so that a request sent twice makes one sandwich.

use uuid::{Uuid, uuid};

/// The name space of fingerprints: any constant would do, as long as it stays.
const BODIES: Uuid = uuid!("0197d5c6-5a2e-7c7a-9d3f-6b0f3c1d2e4a");

/// The client's key, and what it came with. Keys for sandwiches and keys for orders do not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// What the client sent as `Idempotency-Key`. Without U+0000, which no header can hold.
    pub key: String,
    /// Tells bodies apart, today and after an update of the program.
    pub fingerprint: Uuid,
}

impl IdempotencyKey {
    /// A key for a request of this body. Whoever wants two spellings of one JSON value to be the same body gives a
    /// normal form of it.
    pub fn new(key: impl Into<String>, body: &[u8]) -> IdempotencyKey {
        IdempotencyKey {
            key: key.into(),
            fingerprint: Uuid::new_v5(&BODIES, body),
        }
    }
}

/// What became of a request to create something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created<T> {
    /// It is made.
    New(T),
    /// It was made before under this key; this is the first answer again, whatever has changed since.
    Replayed(T),
    /// The key was used before with another body; nothing has been made.
    KeyReused,
}

impl<T> Created<T> {
    /// What is made, now or before.
    pub fn into_inner(self) -> Option<T> {
        match self {
            Created::New(made) | Created::Replayed(made) => Some(made),
            Created::KeyReused => None,
        }
    }
}
