//! Caching: what each answer says about who may keep it.

mod support;

use sandwiches::Settings;
use support::{Client, Folder, Service, make};
use toque::http::ServerConfig;

/// The header of a read.
fn said(client: &mut Client, target: &str) -> (u16, String) {
    let answer = client.call("GET", target);
    let said = answer.header("cache-control").unwrap_or("nothing");
    (answer.status, said.to_owned())
}

#[test]
fn documents_may_be_kept_sandwiches_asked_about_and_nothing_else_is_for_a_cache() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let sandwich = make(client, "BLT");

    for (target, status, told) in [
        ("/openapi.json", 200, "public, max-age=3600"),
        ("/problems", 200, "public, max-age=3600"),
        ("/problems/not-found", 200, "public, max-age=3600"),
        ("/problems/none", 404, "no-store"),
        (&sandwich, 200, "no-cache"),
        (&format!("{sandwich}?slow=1"), 400, "no-store"),
        ("/sandwiches", 200, "no-store"),
        ("/sandwiches/none", 404, "no-store"),
        ("/elsewhere", 404, "no-store"),
        ("/readyz", 200, "no-store"),
        ("/metrics", 200, "no-store"),
    ] {
        assert_eq!(said(client, target), (status, told.to_owned()), "{target}");
    }
    service.stop();
}

#[test]
fn who_asks_whether_a_sandwich_is_still_so_may_keep_it_longer() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let sandwich = make(client, "BLT");
    let tag = client
        .call("GET", &sandwich)
        .header("etag")
        .unwrap()
        .to_owned();

    client.write(
        format!("GET {sandwich} HTTP/1.1\r\nhost: x\r\nif-none-match: {tag}\r\n\r\n").as_bytes(),
    );
    let answer = client.receive();

    assert_eq!(answer.status, 304);
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("etag"), Some(&*tag));
    service.stop();
}

#[test]
fn an_answer_that_is_not_alike_for_all_origins_says_so() {
    let folder = Folder::new();
    let settings = Settings {
        cors_origins: vec!["https://deli.example".parse().unwrap()],
        ..Settings::default()
    };
    let service = Service::with(&folder.db(), settings, ServerConfig::new());

    let answer = service.client().call("GET", "/openapi.json");

    let vary = answer.header("vary").unwrap_or("nothing");
    assert!(vary.split(", ").any(|name| name == "origin"), "{vary}");
    service.stop();
}
