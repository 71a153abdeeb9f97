//! The feed: events of orders as they are committed, and [`Follow`], which joins them to those of the past.
//!
//! **The protocol.** Whoever wants every event behind a number, without a gap and without a repetition:
//! 1. subscribes first, so that nothing committed from now on is missed;
//! 2. then reads the past from the store, page by page, until a page is empty;
//! 3. then takes events from the feed, and skips those whose number the past had already.
//!
//! It works since numbers are given in the order of the commits: once an event is seen, no earlier one can appear.
//! Whoever is too slow for the feed is told so, and goes back to 2. [`Follow`] does all this.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use toque::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::order::Event;

/// Events read from the store at once.
const READ: u32 = 256;

/// Events as they are committed, from [`Store::subscribe`] on.
#[derive(Debug)]
pub struct Feed(Receiver<Event>);

impl Feed {
    pub(super) fn new(receiver: Receiver<Event>) -> Feed {
        Feed(receiver)
    }

    /// The next event.
    ///
    /// # Errors
    /// The listener was too slow and has missed some, or the store is closed.
    ///
    /// # Cancel safety
    /// No event is lost.
    pub async fn next(&mut self) -> Result<Event, FeedError> {
        self.0.recv().await.map_err(|error| match error {
            RecvError::Lagged(_) => FeedError::Missed,
            RecvError::Closed => FeedError::Closed,
        })
    }

    /// Whether the store is closed. Some events may be left.
    fn has_ended(&self) -> bool {
        self.0.is_closed()
    }
}

/// Why there is no next event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedError {
    /// Some were missed; they are in the store. The feed goes on behind them.
    Missed,
    /// The store is closed.
    Closed,
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FeedError::Missed => "some events were missed, read them from the store",
            FeedError::Closed => "the store is closed",
        })
    }
}

impl std::error::Error for FeedError {}

/// Every event behind a number, of one order or of all, past and to come: for `Last-Event-ID`.
pub struct Follow {
    /// Asked for the past.
    store: Arc<dyn Store>,
    /// What is committed meanwhile.
    feed: Feed,
    /// Only this order's, if any.
    order: Option<Uuid>,
    /// The last number given out, or looked at and skipped.
    seen: u64,
    /// Read from the store, not yet given out.
    past: VecDeque<Event>,
    /// Whether the store may have more than has been read.
    behind: bool,
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow")
            .field("order", &self.order)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

impl Follow {
    /// Follows from behind `after`; 0 is the beginning.
    pub fn new(store: Arc<dyn Store>, order: Option<Uuid>, after: u64) -> Follow {
        let feed = store.subscribe(); // before the first read, or what is committed in between is lost
        Follow {
            store,
            feed,
            order,
            seen: after,
            past: VecDeque::new(),
            behind: true,
        }
    }

    /// The next event, or `None` once the store is closed.
    ///
    /// # Errors
    /// The past could not be read. The next call tries again.
    ///
    /// # Cancel safety
    /// No event is lost.
    pub async fn next(&mut self) -> Result<Option<Event>, StoreError> {
        loop {
            if let Some(event) = self.past.pop_front() {
                self.seen = event.seq;
                return Ok(Some(event));
            }
            if self.behind {
                match self.read().await {
                    Err(_) if self.feed.has_ended() => return Ok(None),
                    read => read?,
                }
                continue;
            }
            match self.feed.next().await {
                Ok(event) if event.seq <= self.seen => {}
                Ok(event) if self.order.is_some_and(|order| order != event.order) => {}
                Ok(event) => {
                    self.seen = event.seq;
                    return Ok(Some(event));
                }
                Err(FeedError::Missed) => self.behind = true,
                Err(FeedError::Closed) => return Ok(None),
            }
        }
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        let page = self.store.events_since(self.order, self.seen, READ).await?;
        self.behind = !page.is_empty();
        self.past = page.into();
        Ok(())
    }
}
