//! An order: a sandwich on its way to a guest, and the events that tell how far it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::timestamp::Timestamp;

/// An order as it is stored and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// UUIDv7, as with sandwiches.
    pub id: Uuid,
    /// What was ordered. It was on the menu at that time, and may have been deleted since.
    pub sandwich: Uuid,
    /// How far it is.
    pub step: Step,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it took its last step.
    pub updated_at: Timestamp,
}

impl Order {
    /// A new order, just placed.
    pub fn new(sandwich: Uuid) -> Order {
        let now = Timestamp::now();
        Order {
            id: Uuid::now_v7(),
            sandwich,
            step: Step::Placed,
            created_at: now,
            updated_at: now,
        }
    }
}

/// How far an order is. Stores do not mind in which order steps come, but none comes after a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Written down; no cook has begun.
    Placed,
    /// A cook looks for what is needed.
    Searching,
    /// A cook puts it together.
    Assembling,
    /// Lunch time. A last step.
    Ready,
    /// It will not be made. A last step.
    Cancelled,
}

impl Step {
    /// All steps, for tables and tests.
    pub const ALL: [Step; 5] = [
        Step::Placed,
        Step::Searching,
        Step::Assembling,
        Step::Ready,
        Step::Cancelled,
    ];

    /// Whether nothing comes after it.
    pub fn is_last(self) -> bool {
        matches!(self, Step::Ready | Step::Cancelled)
    }

    /// The word for it, in JSON and in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Step::Placed => "placed",
            Step::Searching => "searching",
            Step::Assembling => "assembling",
            Step::Ready => "ready",
            Step::Cancelled => "cancelled",
        }
    }

    /// The step of this word.
    pub fn from_word(word: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.word() == word)
    }
}

/// An order has taken a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// 1 for the first event of the store, then without a gap, in the order of the commits. The `id` of a server-sent
    /// event.
    pub seq: u64,
    /// Whose step it is.
    pub order: Uuid,
    /// The step it has taken.
    pub step: Step,
    /// When.
    pub at: Timestamp,
}

/// The body of `POST /orders`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// Which sandwich it is to be.
    pub sandwich: Uuid,
}
