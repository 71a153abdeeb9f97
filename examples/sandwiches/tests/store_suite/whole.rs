//! The store as a whole: dropped calls, the end, threads.

use std::sync::Arc;
use std::time::Duration;

use sandwiches::order::Step;
use sandwiches::sandwich::Draft;
use sandwiches::store::{FeedError, Follow, Options, Precondition, Store, StoreError};
use uuid::Uuid;

use super::{Place, key, make, options, order, poll_and_drop};

/// Every call there is, one after the other, each dropped after so many polls. `true`: all were ready by then.
async fn drop_all(store: &dyn Store, food: Uuid, placed: Uuid, polls: usize) -> bool {
    let cook = Uuid::now_v7();
    let new = || Draft::named("x");
    let fresh = || key(&Uuid::now_v7().to_string(), "");
    let second = Duration::from_secs(1);
    let exists = Precondition::Exists;
    let mut ready = true;
    macro_rules! each {
        ($($call:expr),* $(,)?) => { $( ready &= poll_and_drop($call, polls).await; )* };
    }
    each!(
        store.create(new(), None),
        store.create(new(), fresh()),
        store.create(new(), key("used", "")),
        store.get(food),
        store.list(Default::default()),
        store.replace(food, exists.clone(), new()),
        store.replace(food, Precondition::version(0), new()),
        store.delete(Uuid::now_v7(), exists),
        store.create_order(food, None),
        store.create_order(food, fresh()),
        store.create_order(food, key("used", "")),
        store.get_order(placed),
        store.unfinished(1),
        store.claim(cook, second, 1),
        store.renew(placed, cook, second),
        store.append_event(placed, None, Step::Searching),
        store.events_since(None, 0, 1),
        store.sweep(),
        store.ping(),
    );
    ready
}

pub(crate) async fn a_call_dropped_at_any_await_leaves_nothing_behind(place: Place) {
    // One connection, one reader: if one is lost, the next call waits in vain.
    let store = place
        .with(Options {
            connections: 1,
            readers: 1,
            ..options()
        })
        .await;
    let food = make(&*store, "BLT").await;
    let placed = order(&*store, food.id).await;
    let mut polls = 0;
    while !drop_all(&*store, food.id, placed.id, polls).await {
        polls += 1;
        assert!(polls < 200, "every call is ready at last");
        store.ping().await.unwrap();
        make(&*store, "still there").await;
    }
    assert!(polls > 1, "some were dropped half-way");
    // Whatever was dropped, events and orders belong together.
    let events = store.events_since(None, 0, 10_000).await.unwrap();
    let mut last = 0;
    for event in events {
        assert_eq!(event.seq, last + 1);
        last = event.seq;
        store.get_order(event.order).await.unwrap();
    }
}

pub(crate) async fn a_closed_store_says_so(place: Place) {
    let store = place.store().await;
    let made = make(&*store, "BLT").await;
    let mut feed = store.subscribe();
    let mut follow = Follow::new(Arc::clone(&store), None, 0);

    store.close().await.unwrap();
    store.close().await.unwrap(); // once more does no harm

    assert_eq!(feed.next().await, Err(FeedError::Closed));
    assert_eq!(follow.next().await.unwrap(), None);
    assert_eq!(store.subscribe().next().await, Err(FeedError::Closed));
    for error in [
        store.get(made.id).await.unwrap_err(),
        store.create(Draft::named("x"), None).await.unwrap_err(),
        store
            .delete(made.id, Precondition::Exists)
            .await
            .unwrap_err(),
        store.ping().await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    }
    let store = place.store().await;
    store.ping().await.unwrap();
}

/// It compiles only if every answer is `Send`.
pub(crate) async fn a_call_may_come_from_a_task_that_moves_between_threads(place: Place) {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    let store = place.store().await;
    let mut follow = Follow::new(Arc::clone(&store), None, 0);
    sendable(store.ping()).await.unwrap();
    let food = make(&*store, "BLT").await;
    order(&*store, food.id).await;
    sendable(follow.next()).await.unwrap();
}
