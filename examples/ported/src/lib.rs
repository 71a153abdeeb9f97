//! Programs as they are written for tokio: what its users know from its examples and its tutorial, written anew. The name of
//! the crate is `toque` where it would be `tokio`; nothing else is changed. They are in `src/bin`, each with its command in
//! its head, and `tests/programs.rs` runs each of them as its users would.

pub mod kv;
