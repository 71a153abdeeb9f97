//! The suite that every store must pass: `store_suite!` makes a test of each property, for the store at hand.
//!
//! A store under test is a [`Place`]: it opens the same data again and again, as instances of the service that run at
//! once or one after the other.

// Each test file takes what it needs and leaves the rest.
#![allow(dead_code)]

pub(crate) mod listing;
pub(crate) mod orders;
pub(crate) mod single;
pub(crate) mod whole;

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use sandwiches::order::{Order, Step};
use sandwiches::sandwich::{Draft, Sandwich};
use sandwiches::store::{Created, IdempotencyKey, Options, Store, StoreError};
use uuid::Uuid;

/// Longer than any test takes; a test that gets here fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// Boxed, so that `Place` has one type for every store.
pub(crate) type Opening = Pin<Box<dyn Future<Output = Arc<dyn Store>>>>;

/// Where a store under test is.
pub(crate) struct Place {
    /// Opens it, with these settings.
    pub(crate) open: Box<dyn Fn(Options) -> Opening>,
    /// Whether several instances may have it open at once.
    pub(crate) shared: bool,
    /// What must outlive the store, as its folder.
    pub(crate) _keep: Box<dyn std::any::Any>,
}

impl Place {
    pub(crate) async fn store(&self) -> Arc<dyn Store> {
        self.with(options()).await
    }

    pub(crate) async fn with(&self, options: Options) -> Arc<dyn Store> {
        (self.open)(options).await
    }

    /// Two instances; where only one is possible, twice the same.
    pub(crate) async fn pair(&self) -> [Arc<dyn Store>; 2] {
        let first = self.store().await;
        let second = if self.shared {
            self.store().await
        } else {
            Arc::clone(&first)
        };
        [first, second]
    }

    /// Closes the store and opens it again.
    pub(crate) async fn again(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        store.close().await.unwrap();
        self.store().await
    }
}

/// Few connections, so that calls must share them.
pub(crate) fn options() -> Options {
    Options {
        connections: 4,
        readers: 2,
        patience: Duration::from_secs(20),
        ..Options::default()
    }
}

/// Runs one property at its place; `None` where such a store cannot be tested, as has been said already.
pub(crate) fn run<F: Future<Output = ()>>(place: Option<Place>, property: fn(Place) -> F) {
    let Some(place) = place else { return };
    in_time(property(place));
}

/// Runs a test, and fails if it hangs.
pub(crate) fn in_time(test: impl Future<Output = ()>) {
    let runtime = toque::Runtime::new().unwrap();
    let test = async { toque::time::timeout(PATIENCE, test).await };
    runtime.block_on(test).expect("the test ends in time");
}

/// A test for each property of the suite; `$place` makes a new, empty [`Place`], or `None`.
macro_rules! store_suite {
    ($place:expr) => {
        store_suite! {
            $place =>
            single::a_sandwich_is_stored_read_replaced_and_deleted,
            single::what_is_not_there_is_not_found,
            single::of_writers_that_race_for_a_version_one_wins,
            single::a_change_without_a_version_never_fails_in_a_race,
            single::a_key_makes_one_sandwich_however_often_it_comes,
            single::keys_for_sandwiches_and_orders_do_not_meet,
            single::a_key_is_forgotten_in_time,
            single::every_text_comes_back_as_it_was,
            single::what_was_answered_is_there_after_a_restart,
            listing::pages_show_all_that_stays_exactly_once,
            listing::a_page_of_large_sandwiches_ends_early_and_leads_on,
            listing::both_orders_are_total_and_the_same_everywhere,
            listing::a_filter_takes_every_character_as_itself,
            listing::filters_ignore_case_and_combine,
            orders::an_order_goes_its_way,
            orders::numbers_have_no_gap_whoever_appends,
            orders::a_follower_misses_nothing_and_sees_nothing_twice,
            orders::between_past_and_live_nothing_is_lost,
            orders::a_follower_that_is_too_slow_reads_what_it_missed,
            orders::each_order_has_one_cook,
            orders::a_lease_that_ran_out_is_another_cooks,
            orders::unfinished_orders_are_there_after_a_restart,
            orders::a_key_makes_one_order_also_when_the_sandwich_is_gone,
            whole::a_call_dropped_at_any_await_leaves_nothing_behind,
            whole::a_closed_store_says_so,
            whole::a_call_may_come_from_a_task_that_moves_between_threads,
        }
    };
    ($place:expr => $($area:ident::$property:ident,)*) => {
        $(
            #[test]
            fn $property() {
                store_suite::run($place, store_suite::$area::$property);
            }
        )*
    };
}
pub(crate) use store_suite;

pub(crate) fn key(key: &str, body: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey::new(key, body.as_bytes()))
}

pub(crate) fn draft(name: &str, ingredients: &[&str]) -> Draft {
    Draft {
        ingredients: ingredients.iter().map(|&one| one.to_owned()).collect(),
        ..Draft::named(name)
    }
}

/// A new sandwich, without a key.
pub(crate) async fn make(store: &dyn Store, name: &str) -> Sandwich {
    new(store.create(Draft::named(name), None).await)
}

/// A new order, without a key.
pub(crate) async fn order(store: &dyn Store, sandwich: Uuid) -> Order {
    new(store.create_order(sandwich, None).await)
}

/// All events so far.
pub(crate) async fn steps(store: &dyn Store, order: Uuid) -> Vec<Step> {
    let events = store.events_since(Some(order), 0, 1000).await.unwrap();
    events.into_iter().map(|event| event.step).collect()
}

#[track_caller]
pub(crate) fn new<T: std::fmt::Debug>(created: Result<Created<T>, StoreError>) -> T {
    match created.unwrap() {
        Created::New(made) => made,
        other => panic!("not new: {other:?}"),
    }
}

/// Runs all at once; gives what they give, in their order.
pub(crate) async fn all<T: 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(toque::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// Polls the future at most so many times, then drops it. `true`: it was ready by then.
pub(crate) async fn poll_and_drop(future: impl Future, polls: usize) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            // Dropped at once after the last poll, and not only at the next wake.
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// The names of these, as a set.
pub(crate) fn names(sandwiches: &[Sandwich]) -> BTreeSet<&str> {
    sandwiches.iter().map(|one| one.name.as_str()).collect()
}
