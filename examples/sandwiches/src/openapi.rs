//! The OpenAPI document: its frame, and what is the same for all operations. The rest is written beside each handler.

use axum::http::StatusCode;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, Schema, Type};
use utoipa::{OpenApi as _, ToSchema};

use crate::order::Event;
use crate::problem::Document;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sandwiches",
        description = "Sandwiches, and orders of them. Every error is a problem (RFC 9457) whose `type` is documented where it points to.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Document, Event)),
    tags((name = "sandwiches"), (name = "orders"), (name = "operation")),
)]
struct Frame;

/// The document before the routes are in it.
pub(crate) fn frame() -> OpenApi {
    let mut document = Frame::openapi();
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", bearer);
    document
}

/// The document as it is served: with the answer that every operation may have.
pub(crate) fn finish(mut document: OpenApi) -> String {
    for path in document.paths.paths.values_mut() {
        let operations = [
            &mut path.get,
            &mut path.post,
            &mut path.put,
            &mut path.patch,
            &mut path.delete,
        ];
        for operation in operations.into_iter().flatten() {
            add_problem(operation);
            describe(operation);
            let parameters = operation.parameters.iter_mut().flatten();
            parameters.for_each(never_null);
        }
    }
    document.to_json().expect("the document can be written")
}

/// Any other answer is a problem: too large, too slow, too many, no store.
fn add_problem(operation: &mut Operation) {
    let schema = Ref::from_schema_name(Document::name());
    let content = Content::new(Some(RefOr::Ref(schema)));
    let mut problem = Response::new("Any other problem");
    problem
        .content
        .insert("application/problem+json".to_owned(), content.into());
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), RefOr::T(problem));
}

/// OpenAPI wants a description of every answer: where a handler has none, the status says it all.
fn describe(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let status = StatusCode::from_bytes(status.as_bytes());
            let reason = status.ok().and_then(|status| status.canonical_reason());
            response.description = reason.unwrap_or_default().to_owned();
        }
    }
}

/// A parameter that may be left out is left out, and never null, as utoipa has it for an `Option`.
fn never_null(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else {
        return;
    };
    let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else {
        return;
    };
    if let SchemaType::Array(types) = &schema.schema_type
        && let Some(other) = types.iter().find(|one| **one != Type::Null)
    {
        schema.schema_type = SchemaType::Type(other.clone());
    }
}
