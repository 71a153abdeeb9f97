//! The sandwich service: sandwiches over HTTP, kept in SQLite or PostgreSQL, served on one thread by toque.
//!
//! [`app`] makes the routes, [`serve`] answers connections until it is told to stop; `main.rs` joins the two to the
//! command line and to the signals, and the tests to a port of their own.
//!
//! A request's way: [`serve`] accepts a connection and spawns a task for it; hyper reads the request from toque's
//! `TcpStream`; axum picks a handler in [`routes`]; the handler awaits a call of the [`Store`], which is at work on
//! the blocking pool or on another machine. Meanwhile, the one thread answers others.

mod body;
pub mod log;
pub mod order;
pub mod problem;
pub mod routes;
pub mod sandwich;
mod serve;
pub mod signals;
pub mod store;
pub mod timestamp;

pub use routes::{App, app};
pub use serve::{GRACE, Report, serve};
pub use store::Store;
