//! The tree: which tokens descend from which, under one lock for all that have an ancestor in common.
//! Asked when a token is made, cancelled or dropped; who waits, or looks, does not come here.
//!
//! One lock, and no chain of owners: so a token can be cut out between its parent and its children, a tree of any depth is
//! walked and freed without recursion, and no order of locks can be got wrong. The children of a node are a list through
//! the nodes, by their numbers: whoever leaves gives his place in the list to his own.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Weak};

use super::flag::Flag;
use crate::numbered::Numbered;
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

struct Tree {
    /// Every place that is neither left nor cancelled. A cancelled one takes all below it along.
    nodes: Numbered<Node>,
    last_id: Id,
    /// The places in other trees with which all of this one is cancelled, if it is one of `any`. The tree has them and not its first
    /// token, which may be gone before those that descend from it. Taken out with the last node.
    sources: Vec<Place>,
}

struct Node {
    target: Target,
    /// Whose cancellation is its own. Empty at the top; there may be several tops, once the first was left.
    parent: Option<Id>,
    children: Ends,
    siblings: Ends,
}

/// The two ends of a list of nodes, or of the gap that a node fills in one: what comes before it, and what after.
#[derive(Clone, Copy, Default)]
struct Ends {
    first: Option<Id>,
    last: Option<Id>,
}

impl Place {
    /// The first place of a new tree.
    pub(super) fn root(target: Target) -> Self {
        let mut tree = Tree {
            nodes: Numbered::new(),
            last_id: 0,
            sources: Vec::new(),
        };
        let id = tree.insert(target, None);
        let tree = Arc::new(Mutex::new(tree));
        Self { tree, id }
    }

    /// A place below this one. None if this one is cancelled.
    pub(super) fn branch(&self, target: Target) -> Option<Self> {
        let mut tree = self.tree.lock();
        tree.nodes.get(self.id)?;
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
        let one = Ends {
            first: Some(id),
            last: Some(id),
        };
        // Behind the last of the parent's children, if it has a parent.
        let before = parent.and_then(|parent| self.node(parent).children.last);
        let siblings = Ends {
            first: before,
            last: None,
        };
        let node = Node {
            target,
            parent,
            children: Ends::default(),
            siblings,
        };
        self.nodes.insert(id, node);
        self.fill(parent, siblings, one);
        id
    }

    fn node(&mut self, id: Id) -> &mut Node {
        let node = self.nodes.get_mut(id);
        node.expect("parents and children leave each other when they go")
    }

    /// Has those on both sides of a gap, and the parent, see what is in it now: a list, or each other.
    fn fill(&mut self, parent: Option<Id>, gap: Ends, with: Ends) {
        match gap.first {
            Some(before) => self.node(before).siblings.last = with.first.or(gap.last),
            None => {
                if let Some(parent) = parent {
                    self.node(parent).children.first = with.first.or(gap.last);
                }
            }
        }
        match gap.last {
            Some(after) => self.node(after).siblings.first = with.last.or(gap.first),
            None => {
                if let Some(parent) = parent {
                    self.node(parent).children.last = with.last.or(gap.first);
                }
            }
        }
    }

    /// Takes out a node; its children become its parent's, in its place. None if it was cancelled.
    fn leave(&mut self, id: Id) -> Option<Node> {
        let node = self.nodes.remove(id)?;
        let Ends { first, last } = node.children;
        let mut next = first;
        while let Some(child) = next {
            let child = self.node(child);
            child.parent = node.parent;
            next = child.siblings.last;
        }
        if let Some(first) = first {
            self.node(first).siblings.first = node.siblings.first;
        }
        if let Some(last) = last {
            self.node(last).siblings.last = node.siblings.last;
        }
        self.fill(node.parent, node.siblings, node.children);
        Some(node)
    }

    /// Takes out all nodes.
    fn cut_all(&mut self) -> Vec<Target> {
        let mut nodes = mem::replace(&mut self.nodes, Numbered::new());
        nodes.drain().map(|node| node.target).collect()
    }

    /// Takes out a node and all that descends from it, parents first. Nothing if it was cancelled.
    fn cut(&mut self, id: Id) -> Vec<Target> {
        let Some(top) = self.nodes.remove(id) else {
            return Vec::new();
        };
        self.fill(top.parent, top.siblings, Ends::default());
        let mut targets = Vec::new();
        let mut queue = VecDeque::from([top]);
        while let Some(Node {
            target, children, ..
        }) = queue.pop_front()
        {
            targets.push(target);
            let mut next = children.first;
            while let Some(child) = next.and_then(|child| self.nodes.remove(child)) {
                next = child.siblings.last;
                queue.push_back(child);
            }
        }
        targets
    }
}
