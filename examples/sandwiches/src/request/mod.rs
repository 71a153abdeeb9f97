//! What handlers take from a request, each part by an extractor whose refusal is a [`Problem`](crate::problem::Problem).

mod body;
mod conditions;
mod id;
mod json;
mod key;
mod last_event;
mod parameters;
mod tags;

pub(crate) use self::body::{BODY_MAX, JsonBody, NoBody};
pub(crate) use self::conditions::Conditions;
pub(crate) use self::id::Id;
pub(crate) use self::key::Key;
pub(crate) use self::last_event::LastEvent;
pub(crate) use self::parameters::Parameters;
pub(crate) use self::tags::tag;
