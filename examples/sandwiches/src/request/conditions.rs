//! Conditions: `If-Match` and `If-None-Match`, as RFC 9110 (13.1) has them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

use super::tags::Tags;
use crate::problem::{Kind, Problem};
use crate::store::Precondition;

/// What a client wants to hold before it is answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    /// `If-Match`.
    only: Option<Tags>,
    /// `If-None-Match`.
    unless: Option<Tags>,
}

impl Conditions {
    /// For a read: whether the client has this version already. A stale `If-Match` is 412.
    pub(crate) fn has_it(&self, version: u64) -> Result<bool, Problem> {
        let matches = self.only.as_ref().and_then(Tags::strong);
        if matches.is_some_and(|versions| !versions.contains(&version)) {
            return Err(failed());
        }
        Ok(self.unless.as_ref().is_some_and(|tags| tags.holds(version)))
    }

    /// For a change: what the store has to check.
    ///
    /// `If-None-Match` on a change is for creating at a place of the client's choice, which is not possible here. With `*`
    /// it never holds for a sandwich that is there; a list of tags is refused, since the store can't check it.
    pub(crate) fn precondition(&self) -> Result<Precondition, Problem> {
        match &self.unless {
            None => {}
            Some(Tags::Any) => return Ok(Precondition::OneOf(Vec::new())),
            Some(Tags::List(_)) => {
                let told = "only * can be asked of a change; take if-match";
                return Err(Problem::malformed_header("if-none-match", told));
            }
        }
        let versions = self.only.as_ref().and_then(Tags::strong);
        Ok(versions.map_or(Precondition::Exists, Precondition::OneOf))
    }
}

fn failed() -> Problem {
    Problem::new(Kind::PreconditionFailed, "it is of another version")
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Conditions {
            only: read(&parts.headers, &header::IF_MATCH, "if-match")?,
            unless: read(&parts.headers, &header::IF_NONE_MATCH, "if-none-match")?,
        })
    }
}

fn read(
    headers: &HeaderMap,
    name: &HeaderName,
    shown: &'static str,
) -> Result<Option<Tags>, Problem> {
    let malformed = || Problem::malformed_header(shown, "must be * or a list of entity tags");
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let lines = headers.get_all(name).iter().map(|line| line.to_str());
    let lines: Vec<&str> = lines.collect::<Result<_, _>>().map_err(|_| malformed())?;
    Tags::parse(&lines.join(","))
        .map(Some)
        .ok_or_else(malformed)
}
