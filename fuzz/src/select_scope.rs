//! Trees of `select!`, `join!`, `try_join!` and `scope` beside a book of what has become of each node.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus.rs with those it has found.
//!
//! The first bytes are a tree; its leaves are ready, wait until they are woken, or panic. The others wake leaves, also those that
//! have gone, poll the root with other wakers and without a budget, and drop it midway. Checked: a leaf's wake reaches the root,
//! and the root's poll the leaf; each node is polled by its parent, and not after its end; a node's output is that of the children
//! it stands for; the losers of a `select!` and the children of a scope are dropped when it ends, and each node once; a panic
//! reaches its handle, or whoever polls, and nobody else; in the end everything ends.
//!
//! Seen to find, and seeds of its corpus find each again: a scope that forgets who is woken during its own poll, that tells nobody
//! of a wake, or only who polled it first, or that does not wait for its last child; a panic that is lost with its handle; a
//! `select!` that polls no branch behind one that waits, or leaks its losers; a `join!` that polls no member behind one that waits.

#[path = "select_scope/book.rs"]
mod book;
#[path = "select_scope/kind.rs"]
mod kind;
#[path = "select_scope/rules.rs"]
mod rules;
#[path = "select_scope/tree.rs"]
mod tree;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use toque::task::consume_budget;
use toque::{Builder, Runtime};

use crate::bells::{Bells, Turn, Waiter};
use crate::bytes::Bytes;
use book::Book;
use tree::{Node, Planted};

/// Obeys `data` to its end.
pub(crate) fn run(data: &[u8]) {
    let bytes = Bytes::new(data);
    let mut world = World::new(&bytes);
    let life = poll_fn(|cx| {
        while let Some(byte) = bytes.next() {
            let nth = usize::from(byte / 8);
            match byte % 8 {
                0..3 => world.wake(nth, true),
                3 => world.wake(nth, false),
                4 | 5 => world.poll(false),
                6 if nth < 8 => world.poll(true),
                6 if nth == 31 => world.drop_root(),
                6 => spend(),
                _ => {
                    cx.waker().wake_by_ref(); // the next poll has a new budget
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(())
    });
    RUNTIME.with(|runtime| runtime.block_on(life));
    world.end();
}

thread_local! {
    /// For the budget, and the seed of `select!`.
    static RUNTIME: Runtime = Builder::new_current_thread().build().unwrap();
}

/// Spends what is left of the budget.
fn spend() {
    let mut cx = Context::from_waker(Waker::noop());
    while pin!(consume_budget()).poll(&mut cx).is_ready() {}
}

struct World {
    bells: Bells,
    book: Book,
    /// Until it ends.
    root: Option<Waiter<Node>>,
}

impl World {
    fn new(bytes: &Bytes) -> Self {
        let book = Book::default();
        let root = tree::grow(&book, bytes, None, 0);
        Self {
            bells: Bells::default(),
            book,
            root: Some(Waiter::new(root)),
        }
    }

    /// Wakes a node, and perhaps lets it end. Only leaves have wakers, and only of those that wait the root is to know.
    fn wake(&self, nth: usize, opens: bool) {
        let is_owed = self.book.wake(nth % self.book.len(), opens);
        if let Some(root) = self.root.as_ref().filter(|_| is_owed) {
            assert!(root.is_woken(), "a wake is lost on its way to the root");
        }
    }

    fn poll(&mut self, is_fresh: bool) {
        let Some(root) = &mut self.root else { return };
        let turn = Turn {
            is_fresh,
            is_spent: true, // leaves that have gone keep old wakers here, and call them
        };
        let polled = catch_unwind(AssertUnwindSafe(|| root.poll(&self.bells, turn)));
        match polled {
            Ok(Poll::Pending) => self.check(),
            Ok(Poll::Ready(_)) => self.drop_root(),
            Err(payload) if payload.is::<Planted>() => self.drop_root(),
            Err(payload) => resume_unwind(payload),
        }
    }

    /// If it waits, a scope in it may have a panic for a handle that has not asked, and tells it now.
    fn drop_root(&mut self) {
        let root = self.root.take();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(root))) {
            assert!(payload.is::<Planted>(), "a failure");
        }
    }

    /// Every leaf that was woken has been polled, or will be.
    fn check(&self) {
        let is_woken = self.root.as_ref().is_some_and(Waiter::is_woken);
        for (number, leaf) in self.book.pages().entries.iter().enumerate() {
            let waits = leaf.is_woken && !leaf.is_dropped;
            assert!(is_woken || !waits, "{number} was woken, and is not polled");
        }
    }

    /// All leaves may end, and so all does.
    fn end(mut self) {
        for _ in 0..2 * self.book.len() + 2 {
            self.poll(false);
            (0..self.book.len()).for_each(|nth| self.wake(nth, true));
        }
        assert!(self.root.is_none(), "the root does not end");
        for number in 0..self.book.len() {
            let waker = self.book.entry(number).waker.take();
            drop(waker);
        }
        let all = &self.book.pages().entries;
        assert!(all.iter().all(|node| node.is_dropped), "a node is left");
        self.bells.end();
    }
}
