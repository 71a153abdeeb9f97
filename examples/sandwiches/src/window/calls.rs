//! The calls: which call of the store a task waits for.
//!
//! To the runtime such a task waits for a channel or for the blocking pool. What is behind that, only the service knows: so each
//! call says its name when it is not ready, and the chef's hook looks for it after the poll.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use uuid::Uuid;

use crate::order::{Event, Order, Step};
use crate::sandwich::{Draft, Sandwich};
use crate::store::{
    Answer, Created, Feed, IdempotencyKey, Listing, Page, Precondition, Store, StoreError,
};

thread_local! {
    /// The one that was not ready in the poll that runs.
    static PENDING: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// A poll begins.
pub(super) fn forget() {
    PENDING.set(None);
}

/// The call that the poll has left pending.
pub(super) fn taken() -> Option<&'static str> {
    PENDING.take()
}

/// A store whose calls say their names.
#[derive(Debug)]
pub(super) struct Noting(pub(super) Arc<dyn Store>);

/// A call, by its name.
struct Call<'a, T> {
    name: &'static str,
    answer: Answer<'a, T>,
}

impl<T> Future for Call<'_, T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.answer.as_mut().poll(cx);
        PENDING.set(polled.is_pending().then_some(self.name));
        polled
    }
}

macro_rules! calls {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl Store for Noting {
            $(fn $name(&self, $($arg: $type),*) -> Answer<'_, $answer> {
                let (name, answer) = (stringify!($name), self.0.$name($($arg),*));
                Box::pin(Call { name, answer })
            })*

            fn subscribe(&self) -> Feed {
                self.0.subscribe()
            }
        }
    };
}

calls! {
    create(draft: Draft, key: Option<IdempotencyKey>) -> Created<Sandwich>;
    get(id: Uuid) -> Sandwich;
    list(listing: Listing) -> Page;
    replace(id: Uuid, only: Precondition, draft: Draft) -> Sandwich;
    delete(id: Uuid, only: Precondition) -> ();
    create_order(sandwich: Uuid, key: Option<IdempotencyKey>) -> Created<Order>;
    get_order(id: Uuid) -> Order;
    unfinished(limit: u32) -> Vec<Order>;
    claim(cook: Uuid, lease: Duration, limit: u32) -> Vec<Order>;
    renew(order: Uuid, cook: Uuid, lease: Duration) -> ();
    append_event(order: Uuid, cook: Option<Uuid>, step: Step) -> Event;
    events_since(order: Option<Uuid>, after: u64, limit: u32) -> Vec<Event>;
    sweep() -> u64;
    ping() -> ();
    close() -> ();
}
