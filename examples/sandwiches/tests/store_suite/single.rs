//! Sandwiches one by one: made, read, replaced, deleted, and all of it in a race.

use std::sync::Arc;
use std::time::Duration;

use sandwiches::sandwich::Draft;
use sandwiches::store::{Created, Options, Precondition, StoreError};
use uuid::Uuid;

use super::{Place, all, draft, key, make, new, options, order};

pub(crate) async fn a_sandwich_is_stored_read_replaced_and_deleted(place: Place) {
    let store = place.store().await;
    let made = new(store
        .create(draft("BLT", &["bacon", "lettuce"]), None)
        .await);
    assert_eq!((made.version, made.created_at), (1, made.updated_at));
    assert_eq!(made.id.get_version_num(), 7);
    assert_eq!(store.get(made.id).await.unwrap(), made);

    let new = Draft {
        description: Some("The usual.".to_owned()),
        price_cents: Some(u32::MAX),
        ..draft("LT", &["lettuce", "tomato"])
    };
    let only = Precondition::version(1);
    let replaced = store
        .replace(made.id, only.clone(), new.clone())
        .await
        .unwrap();
    assert_eq!(replaced.clone().into_draft(), new);
    assert_eq!((replaced.id, replaced.version), (made.id, 2));
    assert_eq!(replaced.created_at, made.created_at);
    assert!(replaced.updated_at >= made.updated_at);
    assert_eq!(store.get(made.id).await.unwrap(), replaced);

    let stale = store.replace(made.id, only.clone(), new.clone()).await;
    assert!(
        matches!(stale, Err(StoreError::PreconditionFailed { current: 2 })),
        "{stale:?}"
    );
    let stale = store.delete(made.id, only).await;
    assert!(
        matches!(stale, Err(StoreError::PreconditionFailed { current: 2 })),
        "{stale:?}"
    );
    let none = store.delete(made.id, Precondition::OneOf(vec![])).await;
    assert!(
        matches!(none, Err(StoreError::PreconditionFailed { current: 2 })),
        "{none:?}"
    );
    assert_eq!(
        store.get(made.id).await.unwrap(),
        replaced,
        "a refused change changes nothing"
    );

    let some = Precondition::OneOf(vec![u64::MAX, 2]);
    store.delete(made.id, some).await.unwrap();
    assert!(matches!(
        store.get(made.id).await,
        Err(StoreError::NotFound)
    ));
}

pub(crate) async fn what_is_not_there_is_not_found(place: Place) {
    let store = place.store().await;
    let id = Uuid::now_v7();
    let only = Precondition::version(1);
    let new = Draft::named("x");
    assert!(matches!(store.get(id).await, Err(StoreError::NotFound)));
    assert!(matches!(
        store.replace(id, only.clone(), new).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        store.delete(id, only).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        store.create_order(id, None).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        store.create_order(id, key("k", "")).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        store.get_order(id).await,
        Err(StoreError::NotFound)
    ));
    let lease = Duration::from_secs(60);
    assert!(matches!(
        store.renew(id, id, lease).await,
        Err(StoreError::NotFound)
    ));
    let step = sandwiches::order::Step::Ready;
    assert!(matches!(
        store.append_event(id, None, step).await,
        Err(StoreError::NotFound)
    ));
    assert_eq!(store.events_since(Some(id), 0, 10).await.unwrap(), []);
    assert_eq!(store.events_since(None, u64::MAX, 10).await.unwrap(), []);
}

pub(crate) async fn of_writers_that_race_for_a_version_one_wins(place: Place) {
    let stores = place.pair().await;
    let made = make(&*stores[0], "0").await;
    for version in 1..=10 {
        let race = (0..16).map(|n| {
            let (store, id) = (Arc::clone(&stores[n % 2]), made.id);
            let new = Draft::named(format!("{version}.{n}"));
            async move { store.replace(id, Precondition::version(version), new).await }
        });
        let mut winners = Vec::new();
        for result in all(race).await {
            match result {
                Ok(won) => winners.push(won),
                Err(StoreError::PreconditionFailed { current }) => assert!(current > version),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(winners.len(), 1, "of version {version}");
        assert_eq!(winners[0].version, version + 1);
        assert_eq!(stores[1].get(made.id).await.unwrap(), winners[0]);
    }
}

pub(crate) async fn a_change_without_a_version_never_fails_in_a_race(place: Place) {
    let stores = place.pair().await;
    let made = make(&*stores[0], "0").await;
    let race = (0..32).map(|n| {
        let (store, id) = (Arc::clone(&stores[n % 2]), made.id);
        async move {
            store
                .replace(id, Precondition::Exists, Draft::named("x"))
                .await
        }
    });
    let mut versions: Vec<u64> = all(race)
        .await
        .into_iter()
        .map(|r| r.unwrap().version)
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..34).collect::<Vec<_>>());
}

pub(crate) async fn a_key_makes_one_sandwich_however_often_it_comes(place: Place) {
    let stores = place.pair().await;
    let race = (0..24).map(|n| {
        let store = Arc::clone(&stores[n % 2]);
        async move {
            store
                .create(Draft::named("BLT"), key("k", "BLT"))
                .await
                .unwrap()
        }
    });
    let results = all(race).await;
    let is_new = |result: &&Created<_>| matches!(result, Created::New(_));
    assert_eq!(results.iter().filter(is_new).count(), 1);
    let first = results[0].clone().into_inner().unwrap();
    for result in results {
        assert_eq!(result.into_inner().unwrap(), first);
    }
    let menu = stores[0].list(Default::default()).await.unwrap();
    assert_eq!(menu.sandwiches, std::slice::from_ref(&first));

    // The first answer stays the answer, whatever becomes of the sandwich.
    let [store, _] = stores;
    store
        .replace(first.id, Precondition::Exists, Draft::named("LT"))
        .await
        .unwrap();
    let store = place.again(store).await;
    let again = store
        .create(Draft::named("BLT"), key("k", "BLT"))
        .await
        .unwrap();
    assert_eq!(again, Created::Replayed(first.clone()));
    store.delete(first.id, Precondition::Exists).await.unwrap();
    let again = store
        .create(Draft::named("BLT"), key("k", "BLT"))
        .await
        .unwrap();
    assert_eq!(again, Created::Replayed(first));

    let other = store
        .create(Draft::named("LT"), key("k", "LT"))
        .await
        .unwrap();
    assert_eq!(other, Created::KeyReused);
    new(store.create(Draft::named("BLT"), key("K", "BLT")).await); // another key
    assert_eq!(
        store
            .list(Default::default())
            .await
            .unwrap()
            .sandwiches
            .len(),
        1
    );
}

pub(crate) async fn keys_for_sandwiches_and_orders_do_not_meet(place: Place) {
    let store = place.store().await;
    let made = new(store.create(Draft::named("x"), key("k", "")).await);
    let placed = new(store.create_order(made.id, key("k", "")).await);
    let again = store.create_order(made.id, key("k", "")).await.unwrap();
    assert_eq!(again, Created::Replayed(placed));
}

pub(crate) async fn a_key_is_forgotten_in_time(place: Place) {
    let at_once = Options {
        keys_live: Duration::ZERO,
        ..options()
    };
    let store = place.with(at_once).await;
    let first = new(store.create(Draft::named("x"), key("k", "x")).await);
    let second = new(store.create(Draft::named("y"), key("k", "y")).await);
    assert_ne!(first.id, second.id);
    new(store.create_order(first.id, key("k", "")).await);
    assert_eq!(store.sweep().await.unwrap(), 2, "one for each kind");

    let store = place.again(store).await;
    new(store.create(Draft::named("z"), key("k", "z")).await);
    assert_eq!(store.sweep().await.unwrap(), 0, "it is fresh");
    let again = store
        .create(Draft::named("z"), key("k", "z"))
        .await
        .unwrap();
    assert!(matches!(again, Created::Replayed(_)), "{again:?}");
}

pub(crate) async fn every_text_comes_back_as_it_was(place: Place) {
    let store = place.store().await;
    let texts = [
        "'; DROP TABLE sandwiches; --",
        "\"'`\\%_$1?:x\u{1}\n\t",
        "Käsebrot 🥪 サンドイッチ \u{202e}e\u{301}",
        "{a,\"b\",NULL}",
        "NULL",
        " ",
    ];
    for text in texts {
        let draft = Draft {
            description: Some(text.to_owned()),
            ..draft(text, &[text, text, ""])
        };
        let made = new(store.create(draft.clone(), key(text, text)).await);
        assert_eq!(store.get(made.id).await.unwrap().into_draft(), draft);
    }
    let big = Draft {
        description: Some("🥪".repeat(250_000)),
        ingredients: vec!["ä".repeat(1000); 1000],
        ..Draft::named("big")
    };
    let made = new(store.create(big.clone(), None).await);
    assert_eq!(store.get(made.id).await.unwrap().into_draft(), big);
}

pub(crate) async fn what_was_answered_is_there_after_a_restart(place: Place) {
    let store = place.store().await;
    let made = make(&*store, "BLT").await;
    let gone = make(&*store, "gone").await;
    store.delete(gone.id, Precondition::Exists).await.unwrap();
    let placed = order(&*store, made.id).await;

    let store = place.again(store).await;

    assert_eq!(store.get(made.id).await.unwrap(), made);
    assert!(matches!(
        store.get(gone.id).await,
        Err(StoreError::NotFound)
    ));
    assert_eq!(store.get_order(placed.id).await.unwrap(), placed);
}
