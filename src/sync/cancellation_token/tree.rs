//! The tree: which tokens descend from which, under one lock for all that have an ancestor in common.
//! Asked when a token is made, cancelled or dropped; who waits, or looks, does not come here.
//!
//! One lock, and no chain of owners: so a token can be cut out between its parent and its children, a tree of any depth is
//! walked and freed without recursion, and no order of locks can be got wrong. A `BTreeMap` gives the memory of those who
//! have left back, which a slab would keep for the most there ever were.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::WeakToken;
use super::flag::Flag;
use crate::shim::sync::Mutex;
use crate::waker::WakeList;

/// A place in a tree; left when it is dropped.
pub(super) struct Place {
    tree: Arc<Mutex<Tree>>,
    id: Id,
}

/// Counted up, never used twice in a tree.
type Id = u64;

/// What is cancelled with a place.
pub(super) enum Target {
    /// The token whose place it is.
    Flag(Arc<Flag>),
    /// A token in another tree: one of `any`.
    Token(WeakToken),
}

#[derive(Default)]
struct Tree {
    /// Every place that is neither left nor cancelled. A cancelled one takes all below it along.
    nodes: BTreeMap<Id, Node>,
    last_id: Id,
}

struct Node {
    target: Target,
    /// Whose cancellation is its own. Empty at the top; there may be several tops, once the first was left.
    parent: Option<Id>,
    /// In the order of their creation.
    children: BTreeSet<Id>,
}

impl Place {
    /// The first place of a new tree.
    pub(super) fn root(target: Target) -> Self {
        let mut tree = Tree::default();
        let id = tree.insert(target, None);
        let tree = Arc::new(Mutex::new(tree));
        Self { tree, id }
    }

    /// A place below this one. None if this one is cancelled.
    pub(super) fn branch(&self, target: Target) -> Option<Self> {
        let mut tree = self.tree.lock();
        if !tree.nodes.contains_key(&self.id) {
            return None;
        }
        let id = tree.insert(target, Some(self.id));
        drop(tree);
        let tree = Arc::clone(&self.tree);
        Some(Self { tree, id })
    }

    /// Cancels it and all below it. Gives those who wait for that to `wakers`, and back the tokens in other trees.
    pub(super) fn cancel(&self, wakers: &mut WakeList) -> Vec<WeakToken> {
        let mut tree = self.tree.lock();
        let targets = tree.cut(self.id);
        // Within the lock, or a second call would return before the flags are raised by the first.
        for target in &targets {
            if let Target::Flag(flag) = target {
                flag.raise(wakers);
            }
        }
        drop(tree);
        let tokens = targets.into_iter().filter_map(Target::into_token);
        tokens.collect()
    }
}

impl Target {
    fn into_token(self) -> Option<WeakToken> {
        match self {
            Self::Flag(_) => None,
            Self::Token(token) => Some(token),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = self.tree.lock().leave(self.id);
        drop(left); // after the lock
    }
}

impl Tree {
    fn insert(&mut self, target: Target, parent: Option<Id>) -> Id {
        self.last_id += 1;
        let id = self.last_id;
        let node = Node {
            target,
            parent,
            children: BTreeSet::new(),
        };
        self.nodes.insert(id, node);
        if let Some(parent) = parent {
            self.node(parent).children.insert(id);
        }
        id
    }

    fn node(&mut self, id: Id) -> &mut Node {
        let node = self.nodes.get_mut(&id);
        node.expect("parents and children leave each other when they go")
    }

    /// Takes out a node; its children become its parent's. None if it was cancelled.
    fn leave(&mut self, id: Id) -> Option<Node> {
        let node = self.nodes.remove(&id)?;
        for &child in &node.children {
            self.node(child).parent = node.parent;
        }
        if let Some(parent) = node.parent {
            let siblings = &mut self.node(parent).children;
            siblings.remove(&id);
            siblings.extend(&node.children);
        }
        Some(node)
    }

    /// Takes out a node and all that descends from it, parents first. Nothing if it was cancelled.
    fn cut(&mut self, id: Id) -> Vec<Target> {
        let Some(top) = self.nodes.remove(&id) else {
            return Vec::new();
        };
        if let Some(parent) = top.parent {
            self.node(parent).children.remove(&id);
        }
        let mut targets = Vec::new();
        let mut queue = VecDeque::from([top]);
        while let Some(Node {
            target, children, ..
        }) = queue.pop_front()
        {
            targets.push(target);
            queue.extend(children.iter().filter_map(|child| self.nodes.remove(child)));
        }
        targets
    }
}
