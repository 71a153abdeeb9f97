//! The mutex on one thread: all that `channels/mutex.rs` says of both families.

#[path = "channels/mutex.rs"]
mod both_families;
mod by_hand;
mod sync_support;

use toque::local as family;
