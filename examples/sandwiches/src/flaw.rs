//! A flaw: one thing that is wrong with a request, and where. Problems carry them in `errors`.

use serde::Serialize;
use utoipa::ToSchema;

/// What is wrong, in words, and the one place where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flaw {
    /// In the body: a JSON pointer (RFC 6901), `/ingredients/3`. Empty is the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// In the query part of the target: the parameter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// In the head: the field's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    /// What is wrong, and what would be right.
    detail: String,
}

impl Flaw {
    /// In the body.
    pub fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Flaw {
        let pointer = Some(pointer.into());
        Flaw {
            pointer,
            ..Flaw::nowhere(detail)
        }
    }

    /// In the query.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Flaw {
        let parameter = Some(name.into());
        Flaw {
            parameter,
            ..Flaw::nowhere(detail)
        }
    }

    /// In the head.
    pub fn header(name: impl Into<String>, detail: impl Into<String>) -> Flaw {
        let header = Some(name.into());
        Flaw {
            header,
            ..Flaw::nowhere(detail)
        }
    }

    fn nowhere(detail: impl Into<String>) -> Flaw {
        Flaw {
            pointer: None,
            parameter: None,
            header: None,
            detail: detail.into(),
        }
    }
}
