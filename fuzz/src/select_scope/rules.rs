//! The rules: what a node may do, seeing what its children have done in the same poll.

use toque::task::coop::has_budget_remaining;

use super::book::{Entry, Pages, State};
use super::kind::{Kind, Mode};
use super::tree::{NONE, sum};

/// What a poll has come to, and where to look.
struct Case<'a> {
    pages: &'a Pages,
    number: usize,
    /// The number of the poll: children with a later one were polled in it.
    poll: usize,
    state: State,
}

pub(super) fn judge(pages: &Pages, number: usize, poll: usize, state: State) {
    let case = Case {
        pages,
        number,
        poll,
        state,
    };
    let kind = pages.entries[number].kind;
    if kind.width() == 0 {
        return;
    }
    match kind {
        Kind::Leaf(_) => {}
        Kind::Select {
            is_biased,
            has_third,
        } => case.select(is_biased, if has_third { 3 } else { 2 }),
        Kind::SelectEven => case.select_even(),
        Kind::Join { .. } => case.join(),
        Kind::TryJoin => case.try_join(),
        Kind::Scope(modes) => case.scope(modes),
        Kind::Catch => case.catch(),
    }
}

fn output(entry: &Entry) -> Option<usize> {
    match entry.state {
        State::Ready(output) => Some(output),
        _ => None,
    }
}

fn panic(entry: &Entry) -> Option<usize> {
    match entry.state {
        State::Panicked(leaf) => Some(leaf),
        _ => None,
    }
}

impl<'a> Case<'a> {
    fn children(&self) -> impl Iterator<Item = &'a Entry> + Clone {
        self.pages.children(self.number)
    }

    fn is_now(&self, child: &Entry) -> bool {
        child.polled_at > self.poll
    }

    /// A child's panic is the node's, and no other is, but for one that is told by a drop.
    fn passes_panics_on(&self) {
        let first = self.children().find_map(panic);
        match self.state {
            State::Panicked(leaf) if first.is_none() => self.is_told_by_a_drop(leaf),
            State::Panicked(leaf) => assert_eq!(Some(leaf), first),
            _ => assert_eq!(first, None, "the panic of a child of {}", self.number),
        }
    }

    /// A scope had kept the panic for a handle; then it was dropped, and the handle has not asked.
    fn is_told_by_a_drop(&self, leaf: usize) {
        let mut entries = self.pages.entries.iter();
        let is_it = |entry: &Entry| panic(entry) == Some(leaf) && !entry.is_read;
        assert!(entries.any(|entry| is_it(entry) && entry.is_dropped));
        self.all_are_dropped();
    }

    /// Whoever is not ready has been polled, as long as there was a budget for it.
    fn all_are_polled(&self, mut children: impl Iterator<Item = &'a Entry>) {
        let is_seen = |child: &Entry| self.is_now(child) || child.has_ended();
        assert!(
            !has_budget_remaining() || children.all(is_seen),
            "{} has left one out",
            self.number
        );
    }

    fn all_are_dropped(&self) {
        let mut children = self.children();
        assert!(
            children.all(|child| child.is_dropped),
            "{} has ended before a child's drop",
            self.number
        );
    }

    fn select(&self, is_biased: bool, enabled: usize) {
        self.passes_panics_on();
        let children = self.children().take(enabled);
        let mut disabled = self.children().skip(enabled);
        assert!(disabled.all(|child| child.state == State::Fresh));
        let winner = children.clone().find_map(output);
        match self.state {
            State::Ready(output) => {
                assert_eq!(Some(output), winner);
                self.all_are_dropped();
            }
            State::Pending => {
                assert_eq!(winner, None);
                self.all_are_polled(children.clone());
            }
            _ => {}
        }
        if is_biased {
            // in their order, up to the one that ends it
            let polls = children.filter(|child| self.is_now(child));
            assert!(polls.map(|child| child.polled_at).is_sorted());
        }
    }

    fn select_even(&self) {
        self.passes_panics_on();
        let outputs: Vec<_> = self.children().filter_map(output).collect();
        let winner = outputs.iter().find(|output| *output % 2 == 0);
        match self.state {
            State::Ready(NONE) if winner.is_none() => assert_eq!(outputs.len(), 3),
            State::Ready(output) => assert_eq!(Some(&output), winner),
            State::Pending => {
                assert!(winner.is_none() && outputs.len() < 3);
                self.all_are_polled(self.children());
            }
            _ => return,
        }
        if self.state != State::Pending {
            self.all_are_dropped();
        }
    }

    fn join(&self) {
        self.passes_panics_on();
        let outputs: Vec<_> = self.children().filter_map(output).collect();
        match self.state {
            State::Ready(output) => {
                assert_eq!((outputs.len(), output), (3, sum(outputs)));
                self.all_are_dropped();
            }
            State::Pending => {
                assert!(outputs.len() < 3, "{} is ready", self.number);
                self.all_are_polled(self.children());
            }
            _ => {}
        }
    }

    fn try_join(&self) {
        self.passes_panics_on();
        let outputs: Vec<_> = self.children().filter_map(output).collect();
        let odd = outputs.iter().find(|output| *output % 2 == 1);
        match self.state {
            State::Ready(output) => {
                let expected = odd.copied().unwrap_or_else(|| {
                    assert_eq!(outputs.len(), 3);
                    sum(outputs)
                });
                assert_eq!(output, expected);
                self.all_are_dropped();
            }
            State::Pending => {
                assert!(odd.is_none() && outputs.len() < 3);
                self.all_are_polled(self.children());
            }
            _ => {}
        }
    }

    fn catch(&self) {
        let child = self.children().next().expect("it has one");
        match (self.state, child.state) {
            (State::Ready(NONE), State::Panicked(_)) => {}
            (own, others) => assert_eq!(own, others),
        }
    }

    fn scope(&self, modes: [Mode; 3]) {
        let entry = &self.pages.entries[self.number];
        let unread = |child: &&Entry| panic(child).is_some() && !child.is_read;
        let mut unread = self.children().filter(unread);
        match self.state {
            State::Panicked(leaf) => self.is_told_by_a_drop(leaf),
            State::Ready(output) => {
                assert!(unread.next().is_none(), "a panic is lost");
                self.all_are_dropped();
                let expected = entry.verdict.or(entry.returned);
                assert_eq!(Some(output), expected);
                let mut children = self.children();
                let is_over = |child: &Entry| child.has_ended() || child.is_aborted;
                assert!(
                    entry.verdict.is_some() || children.all(is_over),
                    "{} has not waited",
                    self.number
                );
            }
            _ => {
                assert!(!unread.any(|child| child.is_detached), "a panic is lost");
                self.scope_waits(entry, modes);
            }
        }
    }

    /// It has a reason to wait, and each child that was to be polled or dropped has been.
    fn scope_waits(&self, entry: &Entry, modes: [Mode; 3]) {
        if !has_budget_remaining() {
            return;
        }
        assert_eq!(entry.verdict, None);
        let mut children = self.children();
        let is_over = |child: &Entry| child.is_dropped;
        assert!(
            entry.returned.is_none() || !children.all(is_over),
            "{} waits for nobody",
            self.number
        );
        for (child, mode) in self.children().zip(modes) {
            let is_aborted = child.is_aborted || mode == Mode::AbortAtOnce;
            assert!(
                !is_aborted || child.is_dropped,
                "one that was aborted lives"
            );
            assert!(
                is_aborted || child.state != State::Fresh,
                "one is not polled"
            );
        }
    }
}
