//! Small futures that need no runtime: give way once, poll a closure, and the budget that makes busy tasks give way.

pub(crate) mod budget;
pub(crate) mod coop;
pub(crate) mod entered;
pub(crate) mod inherited;
mod unconstrained;
mod yield_now;

pub use unconstrained::{Unconstrained, unconstrained};
pub use yield_now::{YieldNow, yield_now};
