//! The OpenAPI document against the service that it describes.

mod support;

use std::collections::BTreeSet;

use sandwiches::problem::Kind;
use serde_json::Value;
use support::{Folder, Service};

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

fn document(service: &Service) -> Value {
    let answer = service.client().call("GET", "/openapi.json");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

#[test]
fn every_path_and_method_of_the_document_is_served_and_no_other() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let document = document(&service);
    let client = &mut service.client();

    for (path, operations) in document["paths"].as_object().unwrap() {
        let target = path.replace("{id}", "x").replace("{name}", "x");
        let told: BTreeSet<String> = METHODS
            .iter()
            .filter(|method| operations.get(**method).is_some())
            .map(|method| method.to_uppercase())
            .collect();
        let answer = client.call("OPTIONS", &target);
        assert_eq!(answer.status, 204, "{path}");
        let allowed = answer.header("allow").unwrap().split(',');
        // HEAD comes with GET, and is no operation of its own in the document.
        let allowed: BTreeSet<String> = allowed
            .filter(|one| *one != "HEAD")
            .map(str::to_owned)
            .collect();
        assert_eq!(allowed, told, "{path}");
    }
    service.stop();
}

#[test]
fn it_is_of_version_3_1_and_every_reference_leads_somewhere() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let document = document(&service);

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    service.stop();
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|one| collect(one, references));
        }
        Value::Array(items) => items.iter().for_each(|one| collect(one, references)),
        _ => {}
    }
}

#[test]
fn every_answer_is_described_and_every_operation_may_be_a_problem() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let document = document(&service);

    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("default"), "{method} {path}");
            for (status, response) in responses {
                let description = response["description"].as_str().unwrap_or_default();
                assert_ne!(description, "", "{method} {path} {status}");
            }
        }
    }
    service.stop();
}

#[test]
fn every_kind_of_problem_is_told_where_its_type_points_to() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();

    let list = String::from_utf8(client.call("GET", "/problems").body).unwrap();
    for kind in Kind::ALL {
        let answer = client.call("GET", &kind.path());
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            text.contains(kind.title()) && text.contains(kind.meaning()),
            "{text}"
        );
        assert!(list.contains(&kind.path()), "{list}");
    }
    assert_eq!(client.call("GET", "/problems/hunger").status, 404);
    service.stop();
}
