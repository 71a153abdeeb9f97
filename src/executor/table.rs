//! The table: a waker of every task that waits, so that each can be found and ended.
//! Entered when a task has been polled for the first time and is not ready, left when its future is dropped.
//!
//! Places are used again; whoever comes with an old place and an id gets no stranger. Plain numbers, without `slotmap`'s
//! generations: 62 instructions less for a task that waits (callgrind, spawn and join, 2026-11).

use std::num::NonZeroU32;
use std::task::Waker;

use super::task::Id;

/// A waiting task's place.
pub(crate) type Place = NonZeroU32;

#[derive(Debug, Default)]
pub(super) struct Table {
    entries: Vec<Entry>,
    /// The free place that was left last.
    free: Option<Place>,
}

#[derive(Debug)]
enum Entry {
    Task(Id, Waker),
    /// Free, and the next free one.
    Free(Option<Place>),
}

impl Table {
    pub(super) fn insert(&mut self, id: Id, waker: Waker) -> Place {
        let Some(place) = self.free else {
            return self.grow(id, waker);
        };
        let entry = &mut self.entries[index(place)];
        if let Entry::Free(next) = std::mem::replace(entry, Entry::Task(id, waker)) {
            self.free = next;
        }
        place
    }

    #[cold]
    fn grow(&mut self, id: Id, waker: Waker) -> Place {
        self.entries.push(Entry::Task(id, waker));
        // Counted from 1, so that no place is 0.
        u32::try_from(self.entries.len())
            .ok()
            .and_then(Place::new)
            .expect("fewer than 2^32 tasks wait")
    }

    /// Leaves a place that is taken.
    pub(super) fn remove(&mut self, place: Place) -> Option<Waker> {
        let entry = self.entries.get_mut(index(place))?;
        match std::mem::replace(entry, Entry::Free(self.free)) {
            Entry::Task(_, waker) => {
                self.free = Some(place);
                Some(waker)
            }
            free @ Entry::Free(_) => {
                *entry = free;
                None
            }
        }
    }

    /// The waker of a task, which is thought to be at `place`, or anywhere if that is `None`.
    pub(super) fn find(&self, id: Id, place: Option<Place>) -> Option<&Waker> {
        let is_it = |entry: &Entry| matches!(entry, Entry::Task(other, _) if *other == id);
        let entry = match place {
            Some(place) => self.entries.get(index(place)).filter(|entry| is_it(entry)),
            None => self.entries.iter().find(|entry| is_it(entry)),
        };
        match entry? {
            Entry::Task(_, waker) => Some(waker),
            Entry::Free(_) => None,
        }
    }

    /// Every task's waker, in the order of places.
    pub(super) fn wakers(&self) -> impl Iterator<Item = &Waker> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Task(_, waker) => Some(waker),
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

    fn insert(table: &mut Table) -> (Id, Place) {
        let id = Id::next();
        (id, table.insert(id, Waker::noop().clone()))
    }

    #[test]
    fn a_place_that_was_left_is_given_out_again() {
        let mut table = Table::default();
        let tasks: Vec<_> = (0..3).map(|_| insert(&mut table)).collect();
        assert!(table.remove(tasks[1].1).is_some());
        assert!(table.remove(tasks[1].1).is_none());
        assert!(table.remove(tasks[0].1).is_some());
        assert_eq!(insert(&mut table).1, tasks[0].1, "the one left last");
        assert_eq!(insert(&mut table).1, tasks[1].1);
        assert_eq!(table.wakers().count(), 3);
    }

    #[test]
    fn a_task_is_found_by_its_place_or_without_and_a_stranger_is_not() {
        let mut table = Table::default();
        let (id, place) = insert(&mut table);
        assert!(table.find(id, Some(place)).is_some());
        assert!(table.find(id, None).is_some());
        table.remove(place);
        let (_, same) = insert(&mut table);
        assert_eq!(place, same);
        assert!(table.find(id, Some(place)).is_none());
        assert!(table.find(id, None).is_none());
    }
}
