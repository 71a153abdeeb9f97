//! The bytes of a run, from which a target reads its orders. Shared by whatever is polled.

#![allow(dead_code)] // no target uses all of it

use std::cell::RefCell;
use std::collections::VecDeque;

/// What is left of them.
#[derive(Debug)]
pub(crate) struct Bytes(RefCell<VecDeque<u8>>);

impl Bytes {
    pub(crate) fn new(data: &[u8]) -> Self {
        Self(RefCell::new(data.iter().copied().collect()))
    }

    /// The next byte, or `None` at the end.
    pub(crate) fn next(&self) -> Option<u8> {
        self.0.borrow_mut().pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The next byte as an index of something.
    pub(crate) fn index(&self) -> Option<usize> {
        self.next().map(usize::from)
    }
}
