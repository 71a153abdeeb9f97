//! The sandwich service: sandwiches and orders over HTTP, kept in SQLite or PostgreSQL, served by toque.
//!
//! [`app()`] makes the routes, `toque::http::serve` answers connections until it is told to stop; `main.rs` joins the two
//! to the command line and to the signals, and the tests to a port of their own.
//!
//! A request's way: toque's server accepts a connection and spawns a task for it; hyper reads the request from toque's
//! `TcpStream`; it passes the [`layers`]; axum picks a handler in [`routes`]; the handler awaits a call of the [`Store`].
//! While that runs elsewhere, the one thread answers others.

pub mod app;
pub mod descriptors;
pub mod flaw;
pub mod kitchen;
pub mod layers;
pub mod log;
pub mod metrics;
mod openapi;
pub mod options;
pub mod order;
pub mod problem;
mod problem_kind;
mod request;
pub mod request_name;
pub mod routes;
pub mod sandwich;
mod schemas;
pub mod signals;
mod sockets;
pub mod steps;
pub mod store;
mod stoves;
pub mod timestamp;
pub mod tls;
pub mod window;

pub use app::{App, Settings, app};
pub use store::Store;
