//! Each model is run as its users would: a process of its own, spoken to over real sockets, and ended by a signal.
//! What comes before what is read from the log of the steps, not from a clock.

#[path = "models/guest.rs"]
mod guest;
#[path = "models/kitchen.rs"]
mod kitchen;

use guest::{Guest, ORDER};
use kitchen::Kitchen;

/// A look-up that ends in no test: the kitchen is killed before.
const FOR_EVER: &str = "600000";

/// A test for each model, with the model's name in its own.
macro_rules! for_each_model {
    ($($test:ident)*) => {
        for_each_model!(@model process $($test)*);
        for_each_model!(@model thread $($test)*);
        for_each_model!(@model pool $($test)*);
        for_each_model!(@model chef $($test)*);
    };
    (@model $model:ident $($test:ident)*) => {
        mod $model {
            $(#[test] fn $test() { super::$test(stringify!($model)) })*
        }
    };
}

for_each_model! {
    a_sandwich_is_found
    a_connection_is_kept_for_more_orders
    orders_that_come_together_are_answered_in_turn
    an_order_may_come_in_pieces
    what_is_not_on_the_menu_is_a_404
    another_method_is_a_405_and_ends_the_connection
    nonsense_is_a_400_and_ends_the_connection
    a_head_without_end_is_a_431
    a_guest_may_ask_for_the_end_of_the_connection
    twenty_guests_are_all_served
    the_six_steps_are_told_in_order
    who_has_ordered_is_served_at_the_last_call
    descriptors_and_children_are_given_back
}

fn a_sandwich_is_found(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let answer = kitchen.guest().order("GET /sandwiches/2 HTTP/1.1\r\n\r\n");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        r#"{"id":2,"name":"cheese","filling":"gruyere, pickle"}"#
    );
    let all = kitchen
        .guest()
        .order("GET /sandwiches?by=name HTTP/1.1\r\n\r\n");
    assert!(all.body.starts_with('[') && all.body.contains(&answer.body));
}

fn a_connection_is_kept_for_more_orders(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    for _ in 0..3 {
        assert_eq!(guest.order(ORDER).status, 200);
    }
}

fn orders_that_come_together_are_answered_in_turn(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    guest.say("GET /sandwiches/1 HTTP/1.1\r\n\r\nGET /sandwiches/3 HTTP/1.1\r\n\r\n");
    assert!(guest.answer().body.contains("BLT"));
    assert!(guest.answer().body.contains("egg"));
}

fn an_order_may_come_in_pieces(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    // More than is read at a time, so the second piece is needed whatever TCP makes of them.
    guest.say(&format!(
        "GET /sandwiches/1 HTTP/1.1\r\nx: {}",
        "x".repeat(2000)
    ));
    assert!(guest.order("\r\n\r\n").body.contains("BLT"));
}

fn what_is_not_on_the_menu_is_a_404(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    for path in [
        "/",
        "/soup",
        "/sandwiches/",
        "/sandwiches/1/2",
        "/sandwiches/9",
    ] {
        let answer = guest.order(&format!("GET {path} HTTP/1.1\r\n\r\n"));
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(guest.order(ORDER).status, 200);
}

fn another_method_is_a_405_and_ends_the_connection(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    let answer = guest.order("POST /sandwiches HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}");
    assert_eq!(answer.status, 405);
    assert!(answer.head.contains("\r\nallow: GET\r\n"));
    assert!(guest.has_been_left());
}

fn nonsense_is_a_400_and_ends_the_connection(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    assert_eq!(guest.order("a sandwich, please\r\n\r\n").status, 400);
    assert!(guest.has_been_left());
}

fn a_head_without_end_is_a_431(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    // As much as is read before it is too much, so that nothing is left unread, which would reset the connection.
    let start = "GET / HTTP/1.1\r\nx: ";
    let answer = guest.order(&(start.to_owned() + &"x".repeat(8 * 1024 - start.len())));
    assert_eq!(answer.status, 431);
    assert!(guest.has_been_left());
}

fn a_guest_may_ask_for_the_end_of_the_connection(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut guest = kitchen.guest();
    let answer = guest.order("GET /sandwiches/1 HTTP/1.1\r\nConnection: Close\r\n\r\n");
    assert!(answer.head.contains("\r\nconnection: close\r\n"));
    assert!(guest.has_been_left());
}

fn twenty_guests_are_all_served(model: &str) {
    let kitchen = Kitchen::open(model, "50");
    let mut guests: Vec<Guest> = (0..20).map(|_| kitchen.guest()).collect();
    guests.iter_mut().for_each(|guest| guest.say(ORDER));
    // Each leaves once served, since the pool has sixteen waiters only.
    for mut guest in guests {
        assert_eq!(guest.answer().status, 200);
    }
}

fn the_six_steps_are_told_in_order(model: &str) {
    let mut kitchen = Kitchen::open(model, "1");
    kitchen.guest().order(ORDER);
    kitchen.told("order 1.1, step 6");
    let numbers: Vec<&str> = kitchen
        .log
        .iter()
        .map(|line| line.strip_prefix("order 1.1, step ").unwrap())
        .map(|line| line.split(':').next().unwrap())
        .collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
    assert!(kitchen.log[1].contains("searching for sandwich"));
    assert!(kitchen.log[5].contains("lunch time"));
}

fn who_has_ordered_is_served_at_the_last_call(model: &str) {
    let mut kitchen = Kitchen::open(model, "500");
    let (mut silent, mut hungry) = (kitchen.guest(), kitchen.guest());
    hungry.say(ORDER);
    kitchen.told("step 4");
    kitchen.ring();
    assert!(silent.has_been_left());
    assert!(kitchen.ended().success());
    assert!(hungry.is_answered(), "the kitchen has ended before");
    let answer = hungry.answer();
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("\r\nconnection: close\r\n"));
}

fn descriptors_and_children_are_given_back(model: &str) {
    let kitchen = Kitchen::open(model, "1");
    let mut first = kitchen.guest(); // what comes with the first guest, and stays, is there now
    first.order("GET /sandwiches/1 HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert!(first.has_been_left());
    let before = kitchen.descriptors();
    let mut guests: Vec<Guest> = (0..10).map(|_| kitchen.guest()).collect();
    for guest in &mut guests {
        guest.order(ORDER);
    }
    drop(guests);
    kitchen.until("all have left", Kitchen::is_childless);
    kitchen.until("descriptors are back", |kitchen| {
        kitchen.descriptors() == before
    });
}

/// While one waits for the database, another is answered.
fn others_are_served(model: &str) {
    let mut kitchen = Kitchen::open(model, FOR_EVER);
    kitchen.guest_stays(ORDER);
    kitchen.told("order 1.1, step 4");
    let answer = kitchen.guest().order("GET /soup HTTP/1.1\r\n\r\n");
    assert_eq!(answer.status, 404);
    kitchen.told("order 2.1, step 1");
    assert!(!kitchen.log.iter().any(|line| line.contains("step 6")));
}

#[test]
fn the_process_lets_others_be_served() {
    others_are_served("process");
}

#[test]
fn the_thread_lets_others_be_served() {
    others_are_served("thread");
}

#[test]
fn the_chef_serves_others() {
    others_are_served("chef");
}

/// Twenty who wait for the database are twenty who wait at the same time: not one of them has been answered.
fn twenty_wait_at_once(model: &str) {
    let mut kitchen = Kitchen::open(model, FOR_EVER);
    for _ in 0..20 {
        kitchen.guest_stays(ORDER);
    }
    for guest in 1..=20 {
        kitchen.told(&format!("order {guest}.1, step 4"));
    }
    assert!(!kitchen.log.iter().any(|line| line.contains("step 5")));
}

#[test]
fn twenty_wait_at_once_in_as_many_processes() {
    twenty_wait_at_once("process");
}

#[test]
fn twenty_wait_at_once_in_as_many_threads() {
    twenty_wait_at_once("thread");
}

#[test]
fn twenty_wait_at_once_for_one_chef() {
    twenty_wait_at_once("chef");
}

#[test]
fn a_pool_of_two_serves_two() {
    let mut kitchen = Kitchen::with("pool", FOR_EVER, &["--threads", "2"]);
    kitchen.guest_stays(ORDER);
    kitchen.guest_stays(ORDER);
    kitchen.told("order 1.1, step 4");
    kitchen.told("order 2.1, step 4");
}

#[test]
fn a_pool_of_one_serves_nobody_else() {
    let mut kitchen = Kitchen::with("pool", "100", &["--threads", "1"]);
    let mut first = kitchen.guest();
    first.say("GET /sandwiches/1 HTTP/1.1\r\nconnection: close\r\n\r\n");
    kitchen.told("order 1.1, step 4");
    // It needs nothing from the database, and is kept from its 404 all the same.
    assert_eq!(
        kitchen.guest().order("GET /soup HTTP/1.1\r\n\r\n").status,
        404
    );
    kitchen.told("order 2.1, step 1");
    assert!(kitchen.place("order 1.1, step 6") < kitchen.place("order 2.1, step 1"));
    assert_eq!(first.answer().status, 200);
}

#[test]
fn children_end_when_the_parent_is_killed() {
    let kitchen = Kitchen::open("process", "1");
    let mut guest = kitchen.guest();
    guest.order(ORDER);
    kitchen.kill_the_parent();
    assert!(guest.has_been_left());
}

#[test]
fn an_unknown_model_is_told_what_there_is() {
    let output = Kitchen::program()
        .args(["--model", "robot"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("process, thread, pool and chef"), "{error}");
}
