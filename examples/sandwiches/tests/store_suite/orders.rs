//! Orders: their steps, their numbers, their cooks, and those who follow them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sandwiches::order::{Event, Step};
use sandwiches::store::{Created, FeedError, Follow, Precondition, Store, StoreError};
use uuid::Uuid;

use super::{Place, all, key, make, new, order, steps};

const LONG: Duration = Duration::from_secs(600);

pub(crate) async fn an_order_goes_its_way(place: Place) {
    let store = place.store().await;
    let food = make(&*store, "BLT").await;
    let placed = order(&*store, food.id).await;
    assert_eq!((placed.step, placed.sandwich), (Step::Placed, food.id));
    assert_eq!(
        store.unfinished(10).await.unwrap(),
        std::slice::from_ref(&placed)
    );
    let cook = Uuid::now_v7();
    assert_eq!(
        store.claim(cook, LONG, 10).await.unwrap(),
        std::slice::from_ref(&placed)
    );

    let event = store
        .append_event(placed.id, Some(cook), Step::Searching)
        .await
        .unwrap();
    assert_eq!(
        (event.seq, event.order, event.step),
        (2, placed.id, Step::Searching)
    );
    store.renew(placed.id, cook, LONG).await.unwrap();
    store
        .append_event(placed.id, Some(cook), Step::Assembling)
        .await
        .unwrap();
    store
        .append_event(placed.id, Some(cook), Step::Ready)
        .await
        .unwrap();

    let ready = store.get_order(placed.id).await.unwrap();
    assert_eq!(
        (ready.step, ready.created_at),
        (Step::Ready, placed.created_at)
    );
    let way = [Step::Placed, Step::Searching, Step::Assembling, Step::Ready];
    assert_eq!(steps(&*store, placed.id).await, way);
    assert_eq!(store.unfinished(10).await.unwrap(), []);
    for who in [None, Some(cook)] {
        let late = store.append_event(placed.id, who, Step::Cancelled).await;
        assert!(matches!(late, Err(StoreError::Finished)), "{late:?}");
    }
    let late = store.renew(placed.id, cook, LONG).await;
    assert!(matches!(late, Err(StoreError::Finished)), "{late:?}");
    assert_eq!(steps(&*store, placed.id).await, way);

    let second = order(&*store, food.id).await;
    store
        .append_event(second.id, None, Step::Cancelled)
        .await
        .unwrap();
    let events = store.events_since(None, 2, 3).await.unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, [3, 4, 5], "at most three, from behind the second");
    let events = store.events_since(Some(second.id), 0, 100).await.unwrap();
    assert_eq!(events[1].step, Step::Cancelled);
    assert_eq!(events.len(), 2, "only those of the order");
}

pub(crate) async fn numbers_have_no_gap_whoever_appends(place: Place) {
    let stores = place.pair().await;
    let food = make(&*stores[0], "BLT").await;
    let crowd = (0..60).map(|n| {
        let (store, food) = (Arc::clone(&stores[n % 2]), food.id);
        async move {
            // Every third is refused, and must not use up a number.
            if n % 3 == 0 {
                let none = store.create_order(Uuid::now_v7(), None).await;
                assert!(matches!(none, Err(StoreError::NotFound)));
            }
            let placed = order(&*store, food).await;
            store
                .append_event(placed.id, None, Step::Searching)
                .await
                .unwrap();
            let last = store
                .append_event(placed.id, None, Step::Ready)
                .await
                .unwrap();
            assert!(
                store
                    .append_event(placed.id, None, Step::Ready)
                    .await
                    .is_err()
            );
            last.seq
        }
    });
    let lasts: BTreeSet<u64> = all(crowd).await.into_iter().collect();
    let events = stores[0].events_since(None, 0, 1000).await.unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=180).collect::<Vec<_>>());
    let ready = events.iter().filter(|event| event.step == Step::Ready);
    assert_eq!(ready.map(|event| event.seq).collect::<BTreeSet<_>>(), lasts);
}

/// Follows until so many events have come.
async fn follow(store: Arc<dyn Store>, of: Option<Uuid>, after: u64, count: usize) -> Vec<Event> {
    let mut follow = Follow::new(store, of, after);
    let mut seen = Vec::new();
    while seen.len() < count {
        seen.push(follow.next().await.unwrap().expect("the store is open"));
    }
    seen
}

pub(crate) async fn a_follower_misses_nothing_and_sees_nothing_twice(place: Place) {
    let stores = place.pair().await;
    let food = make(&*stores[0], "BLT").await;
    let special = order(&*stores[0], food.id).await;
    let (writer, reader) = (Arc::clone(&stores[0]), Arc::clone(&stores[1]));
    let cooking = toque::spawn(async move {
        for n in 0..150 {
            let placed = order(&*writer, food.id).await;
            writer
                .append_event(placed.id, None, Step::Ready)
                .await
                .unwrap();
            if n % 30 == 0 {
                writer
                    .append_event(special.id, None, Step::Searching)
                    .await
                    .unwrap();
            }
        }
    });
    // Followers come while it goes on, each from where it likes.
    let mut followers = Vec::new();
    for after in [0, 10, 100, 250] {
        let mut news = Follow::new(Arc::clone(&stores[0]), None, 0);
        while news.next().await.unwrap().unwrap().seq < after {}
        let count = 306 - after as usize;
        followers.push((
            after,
            toque::spawn(follow(Arc::clone(&reader), None, after, count)),
        ));
    }
    let one = toque::spawn(follow(Arc::clone(&reader), Some(special.id), 1, 5));
    cooking.await.unwrap();
    for (after, follower) in followers {
        let numbers: Vec<u64> = follower
            .await
            .unwrap()
            .iter()
            .map(|event| event.seq)
            .collect();
        assert_eq!(
            numbers,
            (after + 1..=306).collect::<Vec<_>>(),
            "from behind {after}"
        );
    }
    let past = reader.events_since(None, 0, 1000).await.unwrap();
    let expected: Vec<_> = past
        .into_iter()
        .filter(|event| event.order == special.id)
        .skip(1)
        .collect();
    assert_eq!(one.await.unwrap(), expected);
}

pub(crate) async fn between_past_and_live_nothing_is_lost(place: Place) {
    let stores = place.pair().await;
    let food = make(&*stores[0], "BLT").await;
    let placed = order(&*stores[0], food.id).await;
    let writers = (0..4).map(|n| {
        let (store, id) = (Arc::clone(&stores[n % 2]), placed.id);
        async move {
            for _ in 0..100 {
                store.append_event(id, None, Step::Searching).await.unwrap();
            }
        }
    });
    let writers = toque::spawn(all(writers.collect::<Vec<_>>()));
    // Whoever is at the newest event and begins anew goes from the past to the live feed after an event or two.
    let chasers = (0..4).map(|n| chase(Arc::clone(&stores[n % 2]), 401));
    all(chasers).await;
    writers.await.unwrap();
}

/// Takes all events up to this number, three from each of many followers.
async fn chase(store: Arc<dyn Store>, end: u64) {
    let mut seen = 0;
    while seen < end {
        let mut follow = Follow::new(Arc::clone(&store), None, seen);
        for _ in 0..3.min(end - seen) {
            let event = follow.next().await.unwrap().unwrap();
            assert_eq!(event.seq, seen + 1);
            seen = event.seq;
        }
    }
}

pub(crate) async fn a_follower_that_is_too_slow_reads_what_it_missed(place: Place) {
    let store = place.store().await;
    let food = make(&*store, "BLT").await;
    let placed = order(&*store, food.id).await;
    let mut feed = store.subscribe();
    let mut slow = Follow::new(Arc::clone(&store), None, 0);
    assert_eq!(slow.next().await.unwrap().unwrap().seq, 1);
    // Far more than wait for anybody.
    let many = (0..1500).map(|_| {
        let (store, id) = (Arc::clone(&store), placed.id);
        async move {
            // The queue is shorter than the crowd.
            while store.append_event(id, None, Step::Searching).await.is_err() {
                toque::task::yield_now().await;
            }
        }
    });
    all(many).await;
    for seq in 2..=1501 {
        assert_eq!(slow.next().await.unwrap().unwrap().seq, seq);
    }
    assert_eq!(
        feed.next().await,
        Err(FeedError::Missed),
        "the feed itself says so"
    );
}

pub(crate) async fn each_order_has_one_cook(place: Place) {
    let stores = place.pair().await;
    let food = make(&*stores[0], "BLT").await;
    let mut placed = BTreeSet::new();
    for _ in 0..40 {
        placed.insert(order(&*stores[0], food.id).await.id);
    }
    let cooks = (0..8).map(|n| {
        let store = Arc::clone(&stores[n % 2]);
        async move {
            let cook = Uuid::now_v7();
            let mut mine = Vec::new();
            // Of PostgreSQL's cooks, one that finds all others' rows locked gets fewer, or none; so it asks again.
            for _ in 0..20 {
                mine.extend(store.claim(cook, LONG, 3).await.unwrap());
            }
            for order in &mine {
                store
                    .append_event(order.id, Some(cook), Step::Searching)
                    .await
                    .unwrap();
                let other = store
                    .append_event(order.id, Some(Uuid::now_v7()), Step::Ready)
                    .await;
                assert!(matches!(other, Err(StoreError::LeaseLost)), "{other:?}");
            }
            mine.into_iter().map(|order| order.id).collect::<Vec<_>>()
        }
    });
    let claimed = all(cooks).await.concat();
    assert_eq!(claimed.len(), 40, "none has two");
    assert_eq!(
        claimed.into_iter().collect::<BTreeSet<_>>(),
        placed,
        "none has none"
    );
    assert_eq!(stores[0].claim(Uuid::now_v7(), LONG, 10).await.unwrap(), []);
    assert_eq!(stores[0].unfinished(100).await.unwrap().len(), 40);
}

pub(crate) async fn a_lease_that_ran_out_is_another_cooks(place: Place) {
    let store = place.store().await;
    let food = make(&*store, "BLT").await;
    let placed = order(&*store, food.id).await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(
        store.claim(first, Duration::ZERO, 1).await.unwrap().len(),
        1
    );
    let late = store
        .append_event(placed.id, Some(first), Step::Ready)
        .await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    let late = store.renew(placed.id, first, LONG).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    assert_eq!(store.claim(second, LONG, 1).await.unwrap().len(), 1);
    assert_eq!(store.claim(first, LONG, 1).await.unwrap(), []);
    store
        .append_event(placed.id, Some(second), Step::Ready)
        .await
        .unwrap();
    assert_eq!(steps(&*store, placed.id).await, [Step::Placed, Step::Ready]);
    // The longest lease there is.
    let placed = order(&*store, food.id).await;
    assert_eq!(store.claim(first, Duration::MAX, 1).await.unwrap().len(), 1);
    store.renew(placed.id, first, Duration::MAX).await.unwrap();
    store
        .append_event(placed.id, Some(first), Step::Ready)
        .await
        .unwrap();
}

pub(crate) async fn unfinished_orders_are_there_after_a_restart(place: Place) {
    let store = place.store().await;
    let food = make(&*store, "BLT").await;
    let half = order(&*store, food.id).await;
    let done = order(&*store, food.id).await;
    store
        .append_event(half.id, None, Step::Searching)
        .await
        .unwrap();
    store
        .append_event(done.id, None, Step::Ready)
        .await
        .unwrap();

    let store = place.again(store).await;

    let left = store.unfinished(10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].step), (half.id, Step::Searching));
    assert_eq!(store.claim(Uuid::now_v7(), LONG, 10).await.unwrap(), left);
    let next = store
        .append_event(half.id, None, Step::Ready)
        .await
        .unwrap();
    assert_eq!(next.seq, 5, "numbers go on where they were");
}

pub(crate) async fn a_key_makes_one_order_also_when_the_sandwich_is_gone(place: Place) {
    let stores = place.pair().await;
    let food = make(&*stores[0], "BLT").await;
    let race = (0..16).map(|n| {
        let (store, food) = (Arc::clone(&stores[n % 2]), food.id);
        async move { store.create_order(food, key("k", "1")).await.unwrap() }
    });
    let results = all(race).await;
    let is_new = |result: &&Created<_>| matches!(result, Created::New(_));
    assert_eq!(results.iter().filter(is_new).count(), 1);
    let [store, _] = stores;
    assert_eq!(
        store.events_since(None, 0, 10).await.unwrap().len(),
        1,
        "one event"
    );
    store.delete(food.id, Precondition::Exists).await.unwrap();
    let again = store.create_order(food.id, key("k", "1")).await.unwrap();
    assert_eq!(again.into_inner(), results[0].clone().into_inner());
    let other = store.create_order(food.id, key("k", "2")).await.unwrap();
    assert_eq!(other, Created::KeyReused);
    let fresh = store.create_order(food.id, key("l", "1")).await;
    assert!(matches!(fresh, Err(StoreError::NotFound)), "{fresh:?}");
    let food = make(&*store, "LT").await;
    new(store.create_order(food.id, key("l", "1")).await); // what failed has not used up the key
}
