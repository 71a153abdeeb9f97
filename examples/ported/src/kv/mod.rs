//! A small part of Redis: keys that may expire, and channels. `kv_server` and `kv_client` are its two ends.

mod db;
mod frame;
mod server;

pub use db::Db;
pub use frame::{Connection, Frame};
pub use server::run;
