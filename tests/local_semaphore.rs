//! The semaphore on one thread: all that `channels/semaphore.rs` says of both families.

#[path = "channels/semaphore.rs"]
mod both_families;
mod by_hand;
mod sync_support;

use std::rc::Rc as Shared;

use toque::local as family;
