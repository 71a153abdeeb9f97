//! The kitchen, over a store whose answers are lost: a step that was committed is not taken again.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sandwiches::order::{Event, Order, Step};
use sandwiches::sandwich::{Draft, Sandwich};
use sandwiches::store::{
    Answer, Created, Feed, IdempotencyKey, Listing, Options, Page, Precondition, Store, StoreError,
};
use sandwiches::{App, Settings};
use support::Folder;
use uuid::Uuid;

/// A store that does as it is told, and whose answers to every second change of an order are lost.
#[derive(Debug)]
struct Mumbling {
    store: Arc<dyn Store>,
    appended: AtomicUsize,
}

/// Calls that go through as they are.
macro_rules! pass_on {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {$(
        fn $name(&self, $($arg: $type),*) -> $answer {
            self.store.$name($($arg),*)
        }
    )*};
}

impl Store for Mumbling {
    fn append_event(&self, order: Uuid, cook: Option<Uuid>, step: Step) -> Answer<'_, Event> {
        Box::pin(async move {
            let event = self.store.append_event(order, cook, step).await?;
            if self.appended.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
                return Ok(event);
            }
            Err(StoreError::Unavailable {
                retry_after: Duration::from_millis(1),
                source: "the answer is lost".into(),
            })
        })
    }

    pass_on! {
        create(draft: Draft, key: Option<IdempotencyKey>) -> Answer<'_, Created<Sandwich>>;
        get(id: Uuid) -> Answer<'_, Sandwich>;
        list(listing: Listing) -> Answer<'_, Page>;
        replace(id: Uuid, only: Precondition, draft: Draft) -> Answer<'_, Sandwich>;
        delete(id: Uuid, only: Precondition) -> Answer<'_, ()>;
        create_order(sandwich: Uuid, key: Option<IdempotencyKey>) -> Answer<'_, Created<Order>>;
        get_order(id: Uuid) -> Answer<'_, Order>;
        unfinished(limit: u32) -> Answer<'_, Vec<Order>>;
        claim(cook: Uuid, lease: Duration, limit: u32) -> Answer<'_, Vec<Order>>;
        renew(order: Uuid, cook: Uuid, lease: Duration) -> Answer<'_, ()>;
        events_since(order: Option<Uuid>, after: u64, limit: u32) -> Answer<'_, Vec<Event>>;
        subscribe() -> Feed;
        sweep() -> Answer<'_, u64>;
        ping() -> Answer<'_, ()>;
        close() -> Answer<'_, ()>;
    }
}

/// Whoever was answered first.
fn new<T: std::fmt::Debug>(created: Created<T>) -> T {
    match created {
        Created::New(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_step_whose_answer_is_lost_is_taken_once() {
    let folder = Folder::new();
    toque::Runtime::new().unwrap().block_on(async {
        let db = folder.db();
        let store = sandwiches::store::open(db.as_os_str(), Options::default()).await;
        let store = Arc::new(Mumbling {
            store: store.unwrap(),
            appended: AtomicUsize::new(0),
        });
        let draft = serde_json::from_str(r#"{"name":"BLT","ingredients":["bacon"]}"#).unwrap();
        let sandwich = new(store.create(draft, None).await.unwrap());
        let order = new(store.create_order(sandwich.id, None).await.unwrap());

        let app = App::new(store.clone(), Settings::default());
        toque::spawn(app.kitchen.clone().work(Duration::from_millis(1)));
        while store.get_order(order.id).await.unwrap().step != Step::Ready {
            toque::time::sleep(Duration::from_millis(1)).await;
        }

        let events = store.events_since(Some(order.id), 0, 100).await.unwrap();
        let steps: Vec<_> = events.iter().map(|event| event.step).collect();
        let once = [Step::Placed, Step::Searching, Step::Assembling, Step::Ready];
        assert_eq!(steps, once);
        store.close().await.unwrap();
    });
}
