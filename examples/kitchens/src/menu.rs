//! The menu: the table of routes and the handlers. Asked by every model for the answer to a request.
//!
//! A handler is written once, as an async function. Where the store waits on the thread its future never waits, and is run to its end
//! by a single poll.

use std::pin::Pin;
use std::time::Duration;

use crate::http::{Answer, Request, Target};
use crate::steps::Order;
use crate::store::{Sandwich, Store, Waits};

/// What a handler gets to know: the store, the part of the path that the pattern leaves open, and the name of the order.
#[derive(Clone, Copy)]
struct Ticket<'a> {
    store: &'a Store,
    id: &'a str,
    order: Order,
}

/// The answer that a handler is at work on.
type Cooking<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

struct Route {
    method: &'static str,
    /// `{id}` at the end stands for any one part of a path.
    path: &'static str,
    handler: for<'a> fn(Ticket<'a>) -> Cooking<'a>,
}

const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        path: "/sandwiches",
        handler: |ticket| Box::pin(list(ticket)),
    },
    Route {
        method: "GET",
        path: "/sandwiches/{id}",
        handler: |ticket| Box::pin(find(ticket)),
    },
];

pub(crate) struct Menu {
    store: Store,
    /// Whether the steps of each order are told.
    pub(crate) steps: bool,
}

impl Menu {
    pub(crate) fn new(slow: Duration, waits: Waits, steps: bool) -> Menu {
        Menu {
            store: Store::new(slow, waits),
            steps,
        }
    }

    /// Finds the handler of a request, and has it cook.
    pub(crate) async fn answer(&self, request: &Request, order: Order) -> Answer {
        let Target { method, path } = match &request.target {
            Ok(target) => target,
            Err(answer) => return answer.clone(),
        };
        let mut known = false;
        for route in ROUTES {
            let Some(id) = route.matches(path) else {
                continue;
            };
            known = true;
            if route.method == method {
                let store = &self.store;
                return (route.handler)(Ticket { store, id, order }).await;
            }
        }
        if known {
            Answer::WRONG_METHOD
        } else {
            Answer::NOT_FOUND
        }
    }
}

impl Route {
    /// What stands for `{id}`, or nothing where the pattern has none.
    fn matches<'a>(&self, path: &'a str) -> Option<&'a str> {
        let Some(stem) = self.path.strip_suffix("{id}") else {
            return (path == self.path).then_some("");
        };
        path.strip_prefix(stem)
            .filter(|id| !id.is_empty() && !id.contains('/'))
    }
}

async fn list(Ticket { store, order, .. }: Ticket<'_>) -> Answer {
    order.step(2, "the handler starts: searching for sandwiches");
    let sandwiches = store.all(order).await;
    order.step(6, "the handler goes on: lunch time");
    let each: Vec<String> = sandwiches.iter().map(json).collect();
    Answer::ok(format!("[{}]", each.join(",")))
}

async fn find(Ticket { store, id, order }: Ticket<'_>) -> Answer {
    order.step(2, "the handler starts: searching for sandwich");
    let sandwich = store.find(id, order).await;
    order.step(6, "the handler goes on: lunch time");
    match sandwich {
        Some(sandwich) => Answer::ok(json(sandwich)),
        None => Answer::NOT_FOUND,
    }
}

/// The texts are our own, and hold nothing that JSON would have to escape.
fn json(sandwich: &Sandwich) -> String {
    let Sandwich { id, name, filling } = sandwich;
    format!(r#"{{"id":{id},"name":"{name}","filling":"{filling}"}}"#)
}
