//! The crates that applications bring along, each at work on toque: over real sockets, and with no tokio runtime in the process.
//!
//! Each file of `tests/` shows how an application uses one of them, and is made to be read:
//!
//! | File | Crates |
//! |---|---|
//! | `rustls.rs` | futures-rustls, tokio-rustls |
//! | `postgres.rs` | tokio-postgres, with a server of Debian's package `postgresql` |
//! | `websocket.rs` | async-tungstenite, alone and behind hyper |
//! | `http2.rs` | hyper, hyper-util, h2; with `h2load` of Debian's package `nghttp2-client` |
//! | `client.rs` | hyper as a client, with TLS |
//! | `axum.rs` | axum |
//! | `no_tokio_runtime.rs` | the guard: what Cargo has built, and which threads run |
//!
//! Where a program of another package is missing, its tests say that they are skipped; where `CI` is set, they fail. Here is what
//! the files share.

pub mod run;
pub mod tls;
