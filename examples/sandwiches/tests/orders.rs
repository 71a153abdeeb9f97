//! Orders: placed, cooked over time, followed by server-sent events, cancelled; resumed after a restart.

mod support;

use std::time::Duration;

use sandwiches::order::Step;
use sandwiches::store::Follow;
use sandwiches::{App, Settings};
use serde_json::{Value, json};
use support::{Client, Folder, Service, make, open};
use toque::http::ServerConfig;

const STEPS: [&str; 4] = ["placed", "searching", "assembling", "ready"];

/// Orders a sandwich, and gives the order's path.
fn order(client: &mut Client) -> String {
    let sandwich = make(client, "BLT").replace("/sandwiches/", "");
    let body = json!({ "sandwich": sandwich }).to_string();
    let answer = client.call_with("POST", "/orders", "application/json", body.as_bytes());
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.header("location").unwrap().to_owned()
}

/// A stream of events on a connection of its own.
struct Events(Client);

impl Events {
    fn of(service: &Service, target: &str, after: Option<u64>) -> Events {
        let mut client = service.client();
        let line = after.map_or_else(String::new, |after| format!("last-event-id: {after}\r\n"));
        client.write(format!("GET {target} HTTP/1.1\r\nhost: x\r\n{line}\r\n").as_bytes());
        assert_eq!(client.line(), "HTTP/1.1 200 OK");
        Events(client)
    }

    /// The next line that begins so, without its beginning.
    fn line(&mut self, beginning: &str) -> String {
        loop {
            let line = self.0.line();
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
            assert_ne!(line, "0", "the stream has ended");
        }
    }

    /// The next event: its number, its step, and the two again in its data.
    fn event(&mut self) -> (u64, String) {
        let id = self.line("id: ").parse().unwrap();
        let step = self.line("event: ");
        let data: Value = serde_json::from_str(&self.line("data: ")).unwrap();
        assert_eq!((&data["seq"], &data["step"]), (&json!(id), &json!(step)));
        (id, step)
    }

    fn steps(&mut self, n: usize) -> Vec<String> {
        (0..n).map(|_| self.event().1).collect()
    }
}

#[test]
fn an_order_is_cooked_step_by_step_and_its_events_are_told_once() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let path = order(client);

    let mut events = Events::of(&service, &format!("{path}/events"), None);
    let told: Vec<(u64, String)> = (0..4).map(|_| events.event()).collect();

    let steps: Vec<&str> = told.iter().map(|(_, step)| step.as_str()).collect();
    assert_eq!(steps, STEPS);
    assert_eq!(client.call("GET", &path).json()["step"], "ready");
    // A break after the second: what comes then is the rest, and nothing twice.
    let mut again = Events::of(&service, &format!("{path}/events"), Some(told[1].0));
    assert_eq!(again.steps(2), STEPS[2..]);
    let after = told[3].0;
    let over = client.call("GET", &format!("{path}/events?after={after}"));
    assert_eq!(over.status, 204, "nothing more will come");
    assert_eq!(client.call("DELETE", &path).status, 409);
    service.stop();
}

#[test]
fn the_events_of_all_orders_come_in_one_stream_without_a_gap() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let mut events = Events::of(&service, "/orders/events", None);

    for _ in 0..5 {
        order(client);
    }

    let numbers: Vec<u64> = (0..20).map(|_| events.event().0).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<u64>>());
    service.stop();
}

#[test]
fn a_stream_shows_that_it_is_alive_and_ends_with_the_service() {
    let folder = Folder::new();
    let settings = Settings {
        keep_alive: Duration::from_millis(20),
        ..Settings::default()
    };
    let mut service = Service::with(&folder.db(), settings, ServerConfig::new());
    let mut events = Events::of(&service, "/orders/events", None);

    assert_eq!(events.line(": "), "still cooking");
    service.tell_to_stop();

    while events.0.line() != "0" {} // the last chunk: an end in good order
    assert_eq!(service.join().aborted, Vec::<String>::new());
}

#[test]
fn a_cancelled_order_is_cooked_no_further() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let path = order(client);

    assert_eq!(client.call("DELETE", &path).status, 204);

    let mut events = Events::of(&service, &format!("{path}/events"), None);
    assert_eq!(events.event().1, "placed");
    while events.event().1 != "cancelled" {} // it may have got some way
    assert_eq!(client.call("GET", &path).json()["step"], "cancelled");
    assert_eq!(client.call("DELETE", &path).status, 409);
    service.stop();
}

#[test]
fn what_a_dead_cook_has_left_is_finished_after_the_restart() {
    let folder = Folder::new();
    let id = {
        let store = open(&folder.db());
        let runtime = toque::Runtime::new().unwrap();
        runtime.block_on(async {
            let draft = sandwiches::sandwich::Draft::named("BLT");
            let made = store.create(draft, None).await.unwrap();
            let made = made.into_inner().unwrap();
            let order = store.create_order(made.id, None).await.unwrap();
            let order = order.into_inner().unwrap();
            let cook = uuid::Uuid::now_v7();
            store
                .claim(cook, Duration::from_secs(3600), 1)
                .await
                .unwrap();
            store
                .append_event(order.id, Some(cook), Step::Searching)
                .await
                .unwrap();
            store.close().await.unwrap();
            order.id
        })
    };

    let service = Service::start(&folder.db());

    let mut events = Events::of(&service, &format!("/orders/{id}/events"), None);
    assert_eq!(events.steps(4), STEPS, "no step twice");
    service.stop();
}

#[test]
fn a_kitchen_that_closes_gives_its_orders_back_at_once() {
    let folder = Folder::new();
    toque::Runtime::new().unwrap().block_on(async {
        let app = App::new(open(&folder.db()), Settings::default());
        let draft = sandwiches::sandwich::Draft::named("BLT");
        let made = app.store.create(draft, None).await.unwrap();
        let made = made.into_inner().unwrap();
        app.store.create_order(made.id, None).await.unwrap();
        let kitchen = toque::spawn(app.kitchen.clone().work(Duration::from_secs(3600)));
        let mut events = Follow::new(app.store.clone(), None, 1);
        let begun = events.next().await.unwrap().unwrap();
        assert_eq!(begun.step, Step::Searching);

        app.closing.cancel();
        kitchen.await.unwrap();

        let other = uuid::Uuid::now_v7();
        let lease = Duration::from_secs(3600);
        let free = app.store.claim(other, lease, 1).await.unwrap();
        assert_eq!(free.first().map(|order| order.id), Some(begun.order));
    });
}

#[test]
fn a_key_makes_one_order_of_two_requests() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let client = &mut service.client();
    let sandwich = make(client, "BLT").replace("/sandwiches/", "");
    let lines = "content-type: application/json\r\nidempotency-key: k\r\n";
    let body = json!({ "sandwich": sandwich }).to_string();

    let first = client.call_lines("POST", "/orders", lines, &body);
    let second = client.call_lines("POST", "/orders", lines, &body);
    let other = json!({ "sandwich": uuid::Uuid::nil() }).to_string();
    let reused = client.call_lines("POST", "/orders", lines, &other);

    assert_eq!((first.status, second.status), (202, 202));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(first.json(), second.json());
    assert_eq!(reused.json()["type"], "/problems/idempotency-key-reused");
    service.stop();
}

#[test]
fn an_order_of_what_is_not_on_the_menu_is_refused_by_its_field() {
    let folder = Folder::new();
    let service = Service::start(&folder.db());
    let body = json!({ "sandwich": uuid::Uuid::nil() }).to_string();

    let client = &mut service.client();
    let answer = client.call_with("POST", "/orders", "application/json", body.as_bytes());

    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"][0]["pointer"], "/sandwich");
    service.stop();
}
