//! The macros that wait for several futures at once, and the one that pins.
//!
//! They are `macro_rules!`, so what they expand to can be read here: [`select!`](crate::select) in `select.rs`,
//! [`join!`](crate::join) and [`try_join!`](crate::try_join) in `join.rs`, [`pin!`](crate::pin) in `pin.rs`. The attributes
//! `#[toque::main]` and `#[toque::test]` can't be, and have a package of their own, `toque-macros`.

mod join;
mod member;
mod numbers;
mod order;
mod pin;
mod select;
pub mod support;
