//! The book: what has become of each node of a tree. The nodes write it, the rules read it.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;
use std::task::Waker;

use super::kind::Kind;

#[derive(Clone, Default)]
pub(super) struct Book(Rc<RefCell<Pages>>);

#[derive(Default)]
pub(super) struct Pages {
    pub(super) entries: Vec<Entry>,
    /// Who is polled just now, the root first.
    running: Vec<usize>,
    /// How many polls there were, of any node.
    polls: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Fresh,
    Pending,
    Ready(usize),
    /// With the panic of the node with this number.
    Panicked(usize),
}

pub(super) struct Entry {
    pub(super) kind: Kind,
    parent: Option<usize>,
    pub(super) children: Vec<usize>,
    pub(super) state: State,
    /// The number of its last poll.
    pub(super) polled_at: usize,
    pub(super) is_dropped: bool,
    /// A leaf may end. Its waker is called, and it was not polled since.
    pub(super) is_open: bool,
    pub(super) is_woken: bool,
    pub(super) waker: Option<Waker>,
    /// Of a scope's child: it was told to end; its handle is gone; its handle has told of its panic.
    pub(super) is_aborted: bool,
    pub(super) is_detached: bool,
    pub(super) is_read: bool,
    /// Of a scope: its body has returned this; it was terminated with this.
    pub(super) returned: Option<usize>,
    pub(super) verdict: Option<usize>,
}

impl Entry {
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ready(_) | State::Panicked(_))
    }
}

impl Book {
    pub(super) fn enter(&self, parent: Option<usize>, kind: Kind) -> usize {
        let mut pages = self.0.borrow_mut();
        let number = pages.entries.len();
        if let Some(parent) = parent {
            pages.entries[parent].children.push(number);
        }
        pages.entries.push(Entry {
            kind,
            parent,
            children: Vec::new(),
            state: State::Fresh,
            polled_at: 0,
            is_dropped: false,
            is_open: false,
            is_woken: false,
            waker: None,
            is_aborted: false,
            is_detached: false,
            is_read: false,
            returned: None,
            verdict: None,
        });
        number
    }

    pub(super) fn len(&self) -> usize {
        self.0.borrow().entries.len()
    }

    pub(super) fn pages(&self) -> Ref<'_, Pages> {
        self.0.borrow()
    }

    pub(super) fn entry(&self, number: usize) -> RefMut<'_, Entry> {
        RefMut::map(self.0.borrow_mut(), |pages| &mut pages.entries[number])
    }

    /// A poll begins: its number.
    pub(super) fn begin(&self, number: usize) -> usize {
        let mut pages = self.0.borrow_mut();
        pages.polls += 1;
        let (polls, caller) = (pages.polls, pages.running.last().copied());
        let entry = &mut pages.entries[number];
        assert_eq!(entry.parent, caller, "{number} is polled by another one");
        assert!(!entry.has_ended(), "{number} is polled after its end");
        assert!(!entry.is_dropped, "{number} is polled after its drop");
        entry.polled_at = polls;
        entry.is_woken = false;
        pages.running.push(number);
        polls
    }

    /// A poll ends so.
    pub(super) fn end(&self, number: usize, state: State) {
        let mut pages = self.0.borrow_mut();
        assert_eq!(pages.running.pop(), Some(number));
        pages.entries[number].state = state;
    }

    pub(super) fn dropped(&self, number: usize) {
        let mut entry = self.entry(number);
        assert!(!entry.is_dropped, "{number} is dropped twice");
        entry.is_dropped = true;
    }

    /// The leaf's waker is called, on its last task's behalf. False if it lives no more, and nobody need be told.
    pub(super) fn wake(&self, number: usize, opens: bool) -> bool {
        let mut entry = self.entry(number);
        entry.is_open |= opens;
        let Some(waker) = entry.waker.clone() else {
            return false;
        };
        let is_owed = !entry.is_dropped && !entry.has_ended();
        entry.is_woken |= is_owed;
        drop(entry); // a waker is foreign code
        waker.wake();
        is_owed
    }
}

impl Pages {
    pub(super) fn children(&self, number: usize) -> impl Iterator<Item = &Entry> + Clone {
        let children = self.entries[number].children.iter();
        children.map(|child| &self.entries[*child])
    }
}
