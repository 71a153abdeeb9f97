//! `Notify` on one thread: all that `channels/notify.rs` says of both families.

#[path = "channels/notify.rs"]
mod both_families;
mod by_hand;
mod sync_support;

use toque::local as family;
