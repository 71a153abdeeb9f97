//! The programs of chapters 7 to 12, and their solutions: the tutorial's own test, on this package.

#[path = "../../tutorial/tests/steps.rs"]
mod steps;
