//! Without the feature `tracing` there are no spans: nobody makes one of these.

use super::task::Meta;

#[derive(Debug)]
pub(crate) enum Spans {}

impl Spans {
    pub(super) fn arrives(&self, _: &Meta) {
        match *self {}
    }

    pub(super) fn wakes(&self, _: u64) {
        match *self {}
    }

    pub(super) fn poll<R>(&self, _: u64, _: impl FnOnce() -> R) -> R {
        match *self {}
    }

    pub(super) fn leaves(&self, _: u64) {
        match *self {}
    }
}
