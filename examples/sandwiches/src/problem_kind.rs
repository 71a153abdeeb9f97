//! The kinds of problems: their names, which are stable, their statuses, and what each means.
//!
//! `/problems` lists them, `/problems/{name}` tells one: the `type` of every problem can be followed.

use axum::http::StatusCode;

/// The kinds, one row each: the variant, the name in its `type`, the status, the title, what it means.
macro_rules! kinds {
    ($($kind:ident $name:literal $status:ident $title:literal, $meaning:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = $meaning] $kind,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The last segment of its `type`. Clients may rely on it.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name,)* }
            }

            /// The status of the answer.
            pub fn status(self) -> StatusCode {
                match self { $(Kind::$kind => StatusCode::$status,)* }
            }

            /// A few words, the same for all problems of the kind.
            pub fn title(self) -> &'static str {
                match self { $(Kind::$kind => $title,)* }
            }

            /// What it means, and what can be done.
            pub fn meaning(self) -> &'static str {
                match self { $(Kind::$kind => $meaning,)* }
            }
        }
    };
}

kinds! {
    MalformedJson "malformed-json" BAD_REQUEST "Malformed JSON",
        "The body is not one JSON object in UTF-8, or a member of it comes twice. `detail` names the line and the column.";
    MalformedBody "malformed-body" BAD_REQUEST "Malformed body",
        "The body broke off, or its framing is not as HTTP wants it. Nothing has been done.";
    MalformedQuery "malformed-query" BAD_REQUEST "Malformed query",
        "The query part of the target cannot be read: an unknown parameter, a value out of range, or a cursor that is \
         not from this list. `errors` names the parameter.";
    MalformedHeader "malformed-header" BAD_REQUEST "Malformed header",
        "A header field cannot be read. `errors` names it.";
    Unauthorized "unauthorized" UNAUTHORIZED "A token is needed",
        "Changes need `Authorization: Bearer …` with the service's token.";
    Forbidden "forbidden" FORBIDDEN "Not from there",
        "What is asked for is for this machine's own user, as long as the service has no token.";
    NoSuchSandwich "no-such-sandwich" NOT_FOUND "No such sandwich",
        "There is no sandwich of this id: it never was, or it has been deleted.";
    NoSuchOrder "no-such-order" NOT_FOUND "No such order",
        "There is no order of this id.";
    NotFound "not-found" NOT_FOUND "Nothing here",
        "Nothing is served at this path. `/openapi.json` tells what is served.";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "Method not allowed",
        "The resource does not know this method. The `Allow` header names those it knows.";
    RequestTimeout "request-timeout" REQUEST_TIMEOUT "The request took too long",
        "The body came too slowly. Nothing has been done.";
    OrderFinished "order-finished" CONFLICT "The order is finished",
        "The order is ready or cancelled, and nothing comes after that.";
    PreconditionFailed "precondition-failed" PRECONDITION_FAILED "Precondition failed",
        "`If-Match` or `If-None-Match` does not hold. Read the resource again, and decide again.";
    ContentTooLarge "content-too-large" PAYLOAD_TOO_LARGE "The body is too large",
        "The body is larger than the service takes. `detail` names the limit.";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "Unsupported media type",
        "`Content-Type` or `Content-Encoding` is one that the resource does not take. `Accept-Post` and `Accept-Patch` \
         name those it takes; content must come uncoded.";
    InvalidContent "invalid-content" UNPROCESSABLE_ENTITY "The content is not valid",
        "The body is a JSON object, but not of the shape or within the limits that the resource wants. `errors` has a \
         JSON pointer to each field that is wrong.";
    KeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "The idempotency key was used before",
        "The same `Idempotency-Key` came before with another body. Nothing has been done. Take a new key.";
    TargetTooLong "target-too-long" URI_TOO_LONG "The target is too long",
        "The path and the query have more bytes than the service takes. `detail` names the limit.";
    HeadTooLarge "head-too-large" REQUEST_HEADER_FIELDS_TOO_LARGE "The head is too large",
        "The header fields have more bytes than the service takes. `detail` names the limit.";
    UpgradeRequired "upgrade-required" UPGRADE_REQUIRED "A WebSocket handshake is needed",
        "This resource speaks WebSocket (RFC 6455, version 13) and nothing else.";
    Internal "internal-error" INTERNAL_SERVER_ERROR "Internal error",
        "A fault of the service. Its log has it under the request's `x-request-id`.";
    StoreUnavailable "store-unavailable" SERVICE_UNAVAILABLE "The store does not answer",
        "The store is locked, full or away. Try again after the time in `Retry-After`; with an `Idempotency-Key` that \
         is safe for POST too.";
    Overloaded "overloaded" SERVICE_UNAVAILABLE "Too many requests at once",
        "The service is at as many requests as it takes. Try again after the time in `Retry-After`.";
}

impl Kind {
    /// Its `type`: where it is documented.
    pub fn path(self) -> String {
        format!("/problems/{}", self.name())
    }

    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Headers that every answer of the kind has.
    pub(crate) fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Kind::Unauthorized => &[("www-authenticate", r#"Bearer realm="sandwiches""#)],
            Kind::UnsupportedMediaType => &[("accept-encoding", "identity")],
            Kind::UpgradeRequired => &[("upgrade", "websocket"), ("sec-websocket-version", "13")],
            _ => &[],
        }
    }
}
