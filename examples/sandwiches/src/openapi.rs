//! The OpenAPI document: its frame, and what is the same for all operations. The rest is written beside each handler.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};
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
        operations.into_iter().flatten().for_each(add_problem);
    }
    document.to_json().expect("the document can be written")
}

/// Any other answer is a problem: too large, too slow, too many, no store.
fn add_problem(operation: &mut Operation) {
    let schema = Ref::from_schema_name(Document::name());
    let content = Content::new(Some(RefOr::Ref(schema)));
    let mut problem = Response::new("Any other problem");
    problem.content.insert("application/problem+json".to_owned(), content.into());
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), RefOr::T(problem));
}
