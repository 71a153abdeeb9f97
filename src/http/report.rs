//! The report: how a server has ended.

use std::fmt;

use super::handle::Stats;

/// What a server has done, and how its last connections ended. [`serve`](super::serve())'s outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The counters of its whole life.
    pub stats: Stats,
    /// Connections that were open when it was told to stop, and came to their own end.
    pub drained: usize,
    /// The addresses of those that were cut off.
    pub aborted: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats {
            accepted, requests, ..
        } = self.stats;
        write!(f, "{accepted} connections, {requests} requests; ")?;
        write!(
            f,
            "{} drained, {} aborted",
            self.drained,
            self.aborted.len()
        )?;
        match self.aborted.as_slice() {
            [] => Ok(()),
            aborted => write!(f, " ({})", aborted.join(", ")),
        }
    }
}
