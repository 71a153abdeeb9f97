//! Changes under conditions: tags, merge patches, keys that make one of two, and pages that belong to their list.

mod support;

use std::thread;

use serde_json::{Value, json};
use support::{Answer, Client, Folder, Service, make};

const JSON: &str = "content-type: application/json\r\n";

fn put(client: &mut Client, path: &str, tag: &str, body: &Value) -> Answer {
    client.call_lines(
        "PUT",
        path,
        &format!("{JSON}if-match: {tag}\r\n"),
        &body.to_string(),
    )
}

#[test]
fn a_replacement_takes_all_and_gives_the_next_tag() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let body = json!({ "name": "BLT", "ingredients": ["bacon"], "description": "hot", "price_cents": 3.0e2 });
    let made = client.call_lines("POST", "/sandwiches", JSON, &body.to_string());
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(
        (made.header("etag"), &made.json()["price_cents"]),
        (Some("\"1\""), &json!(300))
    );

    let replaced = put(client, &path, "\"1\"", &json!({ "name": "Toast" }));
    let stale = put(client, &path, "\"1\"", &json!({ "name": "Late" }));
    let whatever = put(client, &path, "*", &json!({ "name": "Any" }));

    assert_eq!(
        (replaced.status, replaced.header("etag")),
        (200, Some("\"2\""))
    );
    assert_eq!(
        replaced.json()["ingredients"],
        json!([]),
        "what was left out is gone"
    );
    assert_eq!(replaced.json().get("description"), None);
    assert_eq!((stale.status, whatever.status), (412, 200));
    assert_eq!(client.call("GET", &path).header("etag"), Some("\"3\""));
    let nowhere = format!("/sandwiches/{}", uuid::Uuid::nil());
    assert_eq!(
        put(client, &nowhere, "*", &json!({ "name": "x" })).status,
        404
    );
    service.stop();
}

#[test]
fn a_merge_patch_removes_what_is_null_and_keeps_what_is_left_out() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let body = json!({ "name": "BLT", "description": "hot", "price_cents": 300 }).to_string();
    let made = client.call_lines("POST", "/sandwiches", JSON, &body);
    let path = made.header("location").unwrap();
    let patch = "content-type: application/merge-patch+json\r\n";

    let changed = client
        .call_lines("PATCH", path, patch, r#"{"description":null}"#)
        .json();

    assert_eq!(
        (changed.get("description"), &changed["price_cents"]),
        (None, &json!(300))
    );
    let refused = client.call_lines("PATCH", path, patch, r#"{"name":null}"#);
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (422, &json!("/name"))
    );
    service.stop();
}

#[test]
fn of_two_patches_of_one_version_one_wins() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let path = make(&mut service.client(), "BLT");

    for version in 1..=20 {
        let race = |name: &'static str| {
            let (mut client, path) = (service.client(), path.clone());
            thread::spawn(move || {
                let lines = format!("{JSON}if-match: \"{version}\"\r\n");
                let body = json!({ "name": name }).to_string();
                client.call_lines("PATCH", &path, &lines, &body).status
            })
        };
        let (one, other) = (race("one"), race("other"));
        let mut statuses = [one.join().unwrap(), other.join().unwrap()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "version {version}");
    }
    service.stop();
}

#[test]
fn a_key_makes_one_sandwich_of_many_requests() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let ask = |mut client: Client, body: &'static str| {
        let lines = format!("{JSON}idempotency-key: lunch\r\n");
        client.call_lines("POST", "/sandwiches", &lines, body)
    };
    let at_once: Vec<_> = (0..8)
        .map(|_| {
            let client = service.client();
            thread::spawn(move || ask(client, r#"{"name":"BLT"}"#))
        })
        .collect();
    let answers: Vec<Answer> = at_once.into_iter().map(|one| one.join().unwrap()).collect();
    let first = &answers[0];
    let is_first = |answer: &Answer| {
        (
            answer.status,
            answer.header("location"),
            answer.header("etag"),
            &answer.body,
        ) == (
            201,
            first.header("location"),
            first.header("etag"),
            &first.body,
        )
    };
    assert!(answers.iter().all(is_first), "{answers:?}");
    // What has become of the sandwich since does not matter, nor does how the body is spelt.
    let path = first.header("location").unwrap();
    assert_eq!(
        service
            .client()
            .call_lines("PATCH", path, JSON, r#"{"name":"x"}"#)
            .status,
        200
    );
    assert!(is_first(&ask(
        service.client(),
        r#" { "ingredients" : [], "name" : "BLT" } "#
    )));
    let other = ask(service.client(), r#"{"name":"Toast"}"#);
    assert_eq!(
        (other.status, &other.json()["type"]),
        (422, &json!("/problems/idempotency-key-reused"))
    );
    service.stop();

    let service = Service::start(&folder.db());
    assert!(
        is_first(&ask(service.client(), r#"{"name":"BLT"}"#)),
        "after a restart too"
    );
    let menu = service.client().call("GET", "/sandwiches").json();
    assert_eq!(menu["sandwiches"].as_array().unwrap().len(), 1);
    service.stop();
}

#[test]
fn pages_are_filtered_and_sorted_and_linked() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    for (name, ingredient) in [
        ("BLT", "bacon"),
        ("Club", "Bacon"),
        ("Toast", "butter"),
        ("BLT & egg", "bacon"),
        ("Bacon Butty", "bacon"),
    ] {
        let body = json!({ "name": name, "ingredients": [ingredient] }).to_string();
        assert_eq!(
            client.call_lines("POST", "/sandwiches", JSON, &body).status,
            201
        );
    }

    let (names, pages) = walk(client, "/sandwiches?ingredient=BACON&sort=-name&limit=2");
    assert_eq!(names, ["Club", "Bacon Butty", "BLT & egg", "BLT"]);
    assert_eq!(pages, 2);
    let (names, _) = walk(client, "/sandwiches?name=blt%20%26&sort=name&limit=1");
    assert_eq!(names, ["BLT & egg"]);
    let (names, _) = walk(client, "/sandwiches?sort=-created_at&limit=4");
    assert_eq!(names, ["Bacon Butty", "BLT & egg", "Toast", "Club", "BLT"]);
    service.stop();
}

/// Follows `Link` to the last page.
fn walk(client: &mut Client, first: &str) -> (Vec<String>, usize) {
    let (mut names, mut pages) = (Vec::new(), 0);
    let mut target = Some(first.to_owned());
    while let Some(this) = target {
        let page = client.call("GET", &this);
        assert_eq!(page.status, 200, "{page:?}");
        let sandwiches = page.json()["sandwiches"].as_array().unwrap().clone();
        names.extend(
            sandwiches
                .iter()
                .map(|one| one["name"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        target = next(&page);
        assert_eq!(target.as_deref(), page.json()["next"].as_str());
    }
    (names, pages)
}

fn next(page: &Answer) -> Option<String> {
    let link = page.header("link")?.strip_prefix('<')?;
    link.strip_suffix(">; rel=\"next\"").map(str::to_owned)
}

#[test]
fn a_cursor_is_of_its_own_list_and_cannot_be_changed() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    for name in ["a", "b", "c"] {
        make(client, name);
    }
    let next = next(&client.call("GET", "/sandwiches?limit=1")).unwrap();
    let cursor = next.split("after=").nth(1).unwrap();
    let forged = cursor.replacen(char::is_numeric, "0", 1);

    for (target, status) in [
        (format!("/sandwiches?after={cursor}"), 200),
        (format!("/sandwiches?limit=2&after={cursor}"), 200),
        (format!("/sandwiches?sort=name&after={cursor}"), 400),
        (format!("/sandwiches?name=a&after={cursor}"), 400),
        (format!("/sandwiches?after={forged}"), 400),
        (
            format!("/sandwiches?after={}", &cursor[..cursor.len() - 1]),
            400,
        ),
    ] {
        assert_eq!(client.call("GET", &target).status, status, "{target}");
    }
    service.stop();
}
