//! Cancellation tokens: trees of them, some below several others, whose clones come and go.

use toque::sync::{CancellationToken, DropGuard};

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};

pub(super) struct Pair {
    /// Each is a clone of a node's token.
    tokens: Vec<(usize, CancellationToken)>,
    guards: Vec<(usize, DropGuard)>,
    waiters: Vec<Entry>,
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    /// With whom it is cancelled.
    above: Vec<usize>,
    is_cancelled: bool,
}

struct Entry {
    node: usize,
    /// It gave way, since its budget was spent.
    gave_way: bool,
    waiter: AnyWaiter<()>,
}

impl Pair {
    pub(super) fn new() -> Self {
        Self {
            tokens: vec![(0, CancellationToken::new())],
            guards: Vec::new(),
            waiters: Vec::new(),
            nodes: vec![Node::default()],
        }
    }

    fn token(&self, nth: usize) -> Option<&(usize, CancellationToken)> {
        pick(&self.tokens, nth).map(|nth| &self.tokens[nth])
    }

    fn enter(&mut self, token: CancellationToken, above: Vec<usize>) {
        if self.tokens.len() == MOST {
            return;
        }
        let is_cancelled = above.iter().any(|node| self.nodes[*node].is_cancelled);
        self.tokens.push((self.nodes.len(), token));
        self.nodes.push(Node {
            above,
            is_cancelled,
        });
    }

    fn child(&mut self, nth: usize) {
        if let Some((node, token)) = self.token(nth) {
            let (above, token) = (vec![*node], token.child_token());
            self.enter(token, above);
        }
    }

    /// Below two that follow each other, or below none.
    fn any(&mut self, nth: usize) {
        let two = [self.token(nth), self.token(nth + 1)];
        let nodes = two.iter().flatten().map(|(node, _)| *node).collect();
        let token = CancellationToken::any(two.iter().flatten().map(|(_, token)| token));
        self.enter(token, nodes);
    }

    fn clone_token(&mut self, nth: usize) {
        let token = self.token(nth).cloned();
        let has_room = self.tokens.len() < MOST;
        self.tokens.extend(token.filter(|_| has_room));
    }

    fn cancel(&mut self, nth: usize) {
        if let Some((node, token)) = self.token(nth).cloned() {
            token.cancel();
            self.cancelled(node);
        }
    }

    /// It is, and so are all below it, which come after it.
    fn cancelled(&mut self, node: usize) {
        self.nodes[node].is_cancelled = true;
        for below in node + 1..self.nodes.len() {
            let is_below = |above: &usize| self.nodes[*above].is_cancelled;
            let is_cancelled = self.nodes[below].above.iter().any(is_below);
            self.nodes[below].is_cancelled |= is_cancelled;
        }
    }

    fn wait(&mut self, nth: usize) {
        let Some((node, token)) = self.token(nth).cloned() else {
            return;
        };
        if self.waiters.len() == MOST {
            return;
        }
        let waiter = AnyWaiter::any(token.cancelled_owned());
        self.waiters.push(Entry {
            node,
            gave_way: false,
            waiter,
        });
    }

    fn guard(&mut self, nth: usize) {
        if self.guards.len() == MOST {
            return;
        }
        if let Some((node, token)) = take(&mut self.tokens, nth) {
            self.guards.push((node, token.drop_guard()));
        }
    }

    fn end_guard(&mut self, nth: usize) {
        let Some((node, guard)) = take(&mut self.guards, nth) else {
            return;
        };
        if nth % 2 == 0 && self.tokens.len() < MOST {
            self.tokens.push((node, guard.disarm()));
        } else {
            drop(guard);
            self.cancelled(node);
        }
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let entry = &mut self.waiters[index];
        entry.gave_way = turn.is_spent;
        let is_ready = self.nodes[entry.node].is_cancelled && !turn.is_spent;
        assert_eq!(entry.waiter.poll(&world.bells, turn).is_ready(), is_ready);
        if is_ready {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        drop(take(&mut self.waiters, nth));
    }

    fn act(&mut self, _: &World, act: u8, nth: usize) {
        match act {
            0 | 1 => self.child(nth),
            2 => self.any(nth),
            3 => self.clone_token(nth),
            4 | 5 => self.wait(nth),
            6 | 7 => drop(take(&mut self.tokens, nth)),
            8 => self.guard(nth),
            9 => self.end_guard(nth),
            _ => self.cancel(nth),
        }
    }

    fn check(&self, _: &World) {
        for (node, token) in &self.tokens {
            let expected = self.nodes[*node].is_cancelled;
            assert_eq!(token.is_cancelled(), expected, "{node}");
        }
        for entry in &self.waiters {
            let owed = self.nodes[entry.node].is_cancelled && entry.waiter.was_polled();
            assert_eq!(entry.waiter.is_woken(), owed || entry.gave_way);
        }
    }
}
