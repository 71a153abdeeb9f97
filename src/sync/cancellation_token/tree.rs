//! The tree: which tokens descend from which, under one lock for all that have an ancestor in common.
//! Asked when a token is made, cancelled or dropped; who waits, or looks, does not come here.
//!
//! One lock, and no chain of owners: so a token can be cut out between its parent and its children, a tree of any depth is
//! walked and freed without recursion, and no order of locks can be got wrong. A `BTreeMap` gives the memory of those who
//! have left back, which a slab would keep for the most there ever were.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::{Arc, Weak};

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
    /// Another tree, whole: that of a token of `any`.
    Tree(WeakTree),
}

/// A tree, as far as somebody still has a place in it.
pub(super) struct WeakTree(Weak<Mutex<Tree>>);

#[derive(Default)]
struct Tree {
    /// Every place that is neither left nor cancelled. A cancelled one takes all below it along.
    nodes: BTreeMap<Id, Node>,
    last_id: Id,
    /// The places in other trees with which all of this one is cancelled, if it is one of `any`. The tree has them and not its first
    /// token, which may be gone before those that descend from it. Taken out with the last node.
    sources: Vec<Place>,
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

    /// The whole tree, for a place in another one.
    pub(super) fn target(&self) -> Target {
        Target::Tree(WeakTree(Arc::downgrade(&self.tree)))
    }

    /// With the tree, until its last place is left: where it may be cancelled from.
    pub(super) fn keep(&self, sources: Vec<Self>) {
        self.tree.lock().sources = sources;
    }

    /// Cancels it and all below it. Gives those who wait for that to `wakers`, and back the trees that go with it.
    pub(super) fn cancel(&self, wakers: &mut WakeList) -> Vec<WeakTree> {
        cancel(&self.tree, |tree| tree.cut(self.id), wakers)
    }

    /// Leaves the tree. Gives back what the tree needs no more: its sources, if this was the last place.
    fn leave(&self) -> Vec<Self> {
        let mut tree = self.tree.lock();
        let left = tree.leave(self.id);
        let is_last = tree.nodes.is_empty();
        let sources = is_last.then(|| mem::take(&mut tree.sources));
        drop(tree);
        drop(left); // after the lock
        sources.unwrap_or_default()
    }
}

impl WeakTree {
    /// As [`Place::cancel`], for the whole tree.
    pub(super) fn cancel(&self, wakers: &mut WakeList) -> Vec<WeakTree> {
        let tree = self.0.upgrade();
        tree.map_or(Vec::new(), |tree| cancel(&tree, Tree::cut_all, wakers))
    }
}

fn cancel(
    tree: &Mutex<Tree>,
    cut: impl FnOnce(&mut Tree) -> Vec<Target>,
    wakers: &mut WakeList,
) -> Vec<WeakTree> {
    let mut tree = tree.lock();
    let targets = cut(&mut tree);
    // Within the lock, or a second call would return before the flags are raised by the first.
    for target in &targets {
        if let Target::Flag(flag) = target {
            flag.raise(wakers);
        }
    }
    drop(tree);
    targets.into_iter().filter_map(Target::into_tree).collect()
}

impl Target {
    fn into_tree(self) -> Option<WeakTree> {
        match self {
            Self::Flag(_) => None,
            Self::Tree(tree) => Some(tree),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sources = self.leave();
        // Not by recursion, as above: when one of them is dropped, its own are taken out already.
        while let Some(source) = sources.pop() {
            sources.extend(source.leave());
        }
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

    /// Takes out all nodes.
    fn cut_all(&mut self) -> Vec<Target> {
        let nodes = mem::take(&mut self.nodes);
        nodes.into_values().map(|node| node.target).collect()
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
