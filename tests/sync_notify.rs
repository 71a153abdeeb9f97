//! `Notify` across threads: all that `channels/notify.rs` says of both families, and what only this one has.

#[path = "channels/notify.rs"]
mod both_families;
mod by_hand;
mod sync_support;

use std::pin::pin;
use std::sync::Arc;

use by_hand::{ByHand, now};
use toque::sync as family;
use toque::sync::Notify;

#[test]
fn an_enabled_owned_future_is_in_the_queue() {
    let notify = Arc::new(Notify::new());
    let mut notified = pin!(notify.clone().notified_owned());
    assert!(!notified.as_mut().enable());
    notify.notify_one();
    assert!(notified.as_mut().enable());
    now(notified);
}

#[test]
fn an_owned_future_that_is_cancelled_passes_its_notification_on() {
    let notify = Arc::new(Notify::new());
    let only = ByHand::waiting(notify.clone().notified_owned());
    notify.notify_one();
    drop(only);
    now(notify.notified());
}
