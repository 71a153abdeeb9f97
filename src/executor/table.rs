//! The table: what an executor keeps for some of its tasks, each by its place.
//! In one there is a waker of every task that waits, so that each can be found and ended: entered when a task has been polled for the
//! first time and is not ready, left when its future is dropped. In another are the contexts that tasks have inherited.
//!
//! Places are used again: whoever keeps a place knows whether its task has ended. Plain numbers, without `slotmap`'s
//! generations: 62 instructions less for a task that waits (callgrind, spawn and join, 2026-11).

use std::num::NonZeroU32;

/// A task's place.
pub(crate) type Place = NonZeroU32;

#[derive(Debug)]
pub(super) struct Table<T> {
    entries: Vec<Entry<T>>,
    /// The free place that was left last.
    free: Option<Place>,
}

#[derive(Debug)]
enum Entry<T> {
    Taken(T),
    /// Free, and the next free one.
    Free(Option<Place>),
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: None,
        }
    }
}

impl<T> Table<T> {
    pub(super) fn insert(&mut self, value: T) -> Place {
        let Some(place) = self.free else {
            return self.grow(value);
        };
        let entry = &mut self.entries[index(place)];
        if let Entry::Free(next) = std::mem::replace(entry, Entry::Taken(value)) {
            self.free = next;
        }
        place
    }

    #[cold]
    fn grow(&mut self, value: T) -> Place {
        self.entries.push(Entry::Taken(value));
        // Counted from 1, so that no place is 0.
        u32::try_from(self.entries.len())
            .ok()
            .and_then(Place::new)
            .expect("fewer than 2^32 tasks live")
    }

    /// Leaves a place that is taken.
    pub(super) fn remove(&mut self, place: Place) -> Option<T> {
        let entry = self.entries.get_mut(index(place))?;
        match std::mem::replace(entry, Entry::Free(self.free)) {
            Entry::Taken(value) => {
                self.free = Some(place);
                Some(value)
            }
            free @ Entry::Free(_) => {
                *entry = free;
                None
            }
        }
    }

    /// What is at `place`.
    pub(super) fn at(&self, place: Place) -> Option<&T> {
        match self.entries.get(index(place))? {
            Entry::Taken(value) => Some(value),
            Entry::Free(_) => None,
        }
    }

    pub(super) fn at_mut(&mut self, place: Place) -> Option<&mut T> {
        match self.entries.get_mut(index(place))? {
            Entry::Taken(value) => Some(value),
            Entry::Free(_) => None,
        }
    }

    /// All that is there, in the order of places.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Taken(value) => Some(value),
            Entry::Free(_) => None,
        })
    }
}

fn index(place: Place) -> usize {
    place.get() as usize - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    #[test]
    fn a_place_that_was_left_is_given_out_again() {
        let mut table = Table::default();
        let insert = |table: &mut Table<Waker>| table.insert(Waker::noop().clone());
        let places: Vec<_> = (0..3).map(|_| insert(&mut table)).collect();
        assert!(table.remove(places[1]).is_some());
        assert!(table.remove(places[1]).is_none());
        assert!(table.at(places[1]).is_none());
        assert!(table.remove(places[0]).is_some());
        assert_eq!(insert(&mut table), places[0], "the one left last");
        assert_eq!(insert(&mut table), places[1]);
        assert!(table.at(places[1]).is_some());
        assert_eq!(table.values().count(), 3);
    }
}
