//! The order of a large sorted set: a B+ tree whose inner nodes count what is below them,
//! so that ranks are found, and ranges counted, in logarithmic time.
//!
//! Members are put in and taken out by rank; where one belongs is the answer of
//! [`Tree::partition_point`]. Nothing here finds a member by its name: the table beside
//! the tree does.

use std::cmp::Ordering;
use std::iter::FusedIterator;
use std::ops::Range;
use std::slice;

use super::member::Member;
use super::order::{Cut, Ranked};

/// Members in their order.
#[derive(Default)]
pub(super) struct Tree {
    root: Node,
    len: usize,
}

/// A member's place in a leaf. The score is here too, so that a search follows a pointer to
/// a member only where scores are equal.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) score: f64,
    pub(super) member: Member,
}

enum Node {
    Leaf(Vec<Slot>),
    Inner(Vec<Child>),
}

/// A node below an inner node; it is never empty.
struct Child {
    /// A copy of the first slot below, so that a search looks at no node that is not on its way.
    first: Slot,
    /// How many slots are below.
    len: usize,
    node: Node,
}

/// Slots of a leaf, and children of an inner node.
const CAPACITY: usize = 32;
/// Neighbours that together have no more than this are merged. Well below the capacity, so that a
/// set that grows and shrinks by one does not split and merge all the time.
const MERGE_BELOW: usize = CAPACITY * 3 / 4;
/// By how many places the allocation of a node grows. A node of which half the places
/// are empty takes little more than half the memory.
const GROWTH: usize = 8;

/// Where in the whole tree something is inserted. A node that is full splits in halves, but
/// for one at an edge, which keeps all it has: scores that only ever grow (or fall, as when
/// a file is loaded) leave full nodes behind.
#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Front,
    Middle,
    Back,
}

impl Tree {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The slot with this rank.
    pub(super) fn get(&self, rank: usize) -> Option<&Slot> {
        let (leaf, at) = self.leaf(rank)?;
        leaf.get(at)
    }

    /// How many slots lie before the cut.
    pub(super) fn partition_point(&self, cut: Cut<'_>) -> usize {
        let mut node = &self.root;
        let mut before = 0;
        loop {
            match node {
                Node::Leaf(slots) => return before + slots.partition_point(|slot| cut.is_behind(slot)),
                Node::Inner(children) => {
                    // The cut is in the last child whose first slot lies before it, or before all.
                    let behind = children.partition_point(|child| cut.is_behind(&child.first));
                    let at = behind.saturating_sub(1);
                    before += children[..at].iter().map(|child| child.len).sum::<usize>();
                    node = &children[at].node;
                }
            }
        }
    }

    /// The slots with these ranks.
    pub(super) fn range(&self, ranks: Range<usize>) -> Iter<'_> {
        Iter {
            tree: self,
            ranks: ranks.start.min(self.len)..ranks.end.min(self.len),
            front: [].iter(),
            back: [].iter(),
        }
    }

    /// Inserts a slot, which gets this rank. The caller sees to it that the order is kept.
    pub(super) fn insert(&mut self, rank: usize, slot: Slot) {
        let edge = match rank {
            0 => Edge::Front,
            _ if rank >= self.len => Edge::Back,
            _ => Edge::Middle,
        };
        let split_off = self.root.insert(rank, slot, edge);
        self.len += 1;
        if let Some(right) = split_off {
            let left = std::mem::take(&mut self.root);
            let mut children = Vec::with_capacity(GROWTH);
            children.extend([left, right].into_iter().filter_map(Child::new));
            self.root = Node::Inner(children);
        }
    }

    /// Removes the slots with these ranks, and hands each to `removed`.
    pub(super) fn remove_range(&mut self, ranks: Range<usize>, removed: &mut impl FnMut(Slot)) {
        let mut count = ranks.end.min(self.len).saturating_sub(ranks.start);
        while count > 0 {
            let taken = self.root.remove(ranks.start, count, removed);
            if taken == 0 {
                break;
            }
            count -= taken;
            self.len -= taken;
            self.root.drop_needless_levels();
        }
    }

    /// Changes the score of the slot with this rank, which keeps its place.
    pub(super) fn set_score(&mut self, rank: usize, score: f64) {
        self.root.set_score(rank, score);
    }

    /// Bytes of heap the tree takes without the members, estimated from the leaves that hold
    /// the first `samples` of them; 0 asks for all.
    pub(super) fn memory_usage(&self, samples: usize) -> usize {
        let samples = if samples == 0 { self.len } else { samples.min(self.len) };
        let (mut slots, mut bytes) = (0, 0);
        while slots < samples
            && let Some((leaf, _)) = self.leaf(slots)
        {
            slots += leaf.len();
            let allocated = leaf.len().next_multiple_of(GROWTH);
            bytes += allocated * size_of::<Slot>() + size_of::<Child>();
        }
        (bytes as f64 / slots.max(1) as f64 * self.len as f64) as usize
    }

    /// The leaf that holds the slot with this rank, and where in it.
    fn leaf(&self, rank: usize) -> Option<(&[Slot], usize)> {
        if rank >= self.len {
            return None;
        }
        let mut node = &self.root;
        let mut rank = rank;
        loop {
            match node {
                Node::Leaf(slots) => return Some((slots, rank)),
                Node::Inner(children) => {
                    let (at, rank_below) = child_with(children, rank)?;
                    node = &children[at].node;
                    rank = rank_below;
                }
            }
        }
    }
}

impl Ranked for Slot {
    fn score(&self) -> f64 {
        self.score
    }

    fn cmp_name(&self, other: &[u8]) -> Ordering {
        self.member.name().cmp(other)
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::Leaf(Vec::new())
    }
}

/// Methods that recurse do so once a level, and there are few levels.
impl Node {
    /// The slots below.
    fn len(&self) -> usize {
        match self {
            Node::Leaf(slots) => slots.len(),
            Node::Inner(children) => children.iter().map(|child| child.len).sum(),
        }
    }

    /// The slots or children in this node itself.
    fn width(&self) -> usize {
        match self {
            Node::Leaf(slots) => slots.len(),
            Node::Inner(children) => children.len(),
        }
    }

    fn first(&self) -> Option<&Slot> {
        match self {
            Node::Leaf(slots) => slots.first(),
            Node::Inner(children) => Some(&children.first()?.first),
        }
    }

    /// Inserts a slot, and returns what follows this node when it had to be split.
    fn insert(&mut self, rank: usize, slot: Slot, edge: Edge) -> Option<Node> {
        let children = match self {
            Node::Leaf(slots) => return insert_or_split(slots, rank, slot, edge).map(Node::Leaf),
            Node::Inner(children) => children,
        };
        // Between two children a slot goes to the end of the left one: rank 0 then is the
        // first of the whole tree, and only there a child's first slot changes.
        let (at, rank) = child_with(children, rank.saturating_sub(1))
            .map(|(at, before)| (at, before + usize::from(rank > 0)))?;
        let child = &mut children[at];
        let split_off = child.node.insert(rank, slot, edge);
        child.refresh_first();
        let Some(right) = split_off.and_then(Child::new) else {
            child.len += 1;
            return None;
        };
        child.len = child.node.len();
        insert_or_split(children, at + 1, right, edge).map(Node::Inner)
    }

    /// Removes up to `count` slots from `rank` on, as many as are in one leaf; answers how
    /// many. Merges nodes that have become small with their neighbours.
    fn remove(&mut self, rank: usize, count: usize, removed: &mut impl FnMut(Slot)) -> usize {
        let children = match self {
            Node::Leaf(slots) => {
                let end = rank.saturating_add(count).min(slots.len());
                slots.drain(rank.min(end)..end).for_each(removed);
                return end.saturating_sub(rank);
            }
            Node::Inner(children) => children,
        };
        let Some((at, rank)) = child_with(children, rank) else {
            return 0;
        };
        let taken = children[at].node.remove(rank, count, removed);
        if children[at].node.width() == 0 {
            children.remove(at);
            return taken;
        }
        children[at].len -= taken;
        children[at].refresh_first();
        if !merge_with_next(children, at) && at > 0 {
            merge_with_next(children, at - 1);
        }
        taken
    }

    fn set_score(&mut self, rank: usize, score: f64) {
        match self {
            Node::Leaf(slots) => {
                if let Some(slot) = slots.get_mut(rank) {
                    slot.score = score;
                    slot.member.set_score(score);
                }
            }
            Node::Inner(children) => {
                if let Some((at, rank)) = child_with(children, rank) {
                    children[at].node.set_score(rank, score);
                    children[at].refresh_first();
                }
            }
        }
    }

    /// Replaces an inner node that has only one child by that child.
    fn drop_needless_levels(&mut self) {
        while let Node::Inner(children) = self
            && children.len() <= 1
        {
            *self = children.pop().map(|child| child.node).unwrap_or_default();
        }
    }
}

impl Child {
    /// The entry for a node in the node above; none for an empty node.
    fn new(node: Node) -> Option<Self> {
        Some(Child {
            first: node.first()?.clone(),
            len: node.len(),
            node,
        })
    }

    /// Brings the copy of the first slot up to date after something changed below.
    fn refresh_first(&mut self) {
        let Some(first) = self.node.first() else {
            return;
        };
        self.first.score = first.score;
        if !first.member.is_same(&self.first.member) {
            self.first.member = first.member.clone();
        }
    }
}

/// The child in which the slot with this rank lies, and its rank in that child.
fn child_with(children: &[Child], rank: usize) -> Option<(usize, usize)> {
    let mut rank = rank;
    for (at, child) in children.iter().enumerate() {
        if rank < child.len {
            return Some((at, rank));
        }
        rank -= child.len;
    }
    None
}

/// Inserts an item. When there is no room, first splits the items in two, and returns the
/// second part.
fn insert_or_split<T>(items: &mut Vec<T>, at: usize, item: T, edge: Edge) -> Option<Vec<T>> {
    let at = at.min(items.len());
    if items.len() < CAPACITY {
        insert_growing(items, at, item);
        return None;
    }
    // How many items, with the new one, stay in the first part.
    let stay = match edge {
        Edge::Front => 1,
        Edge::Middle => CAPACITY / 2,
        Edge::Back => CAPACITY,
    };
    let mut tail;
    if at < stay {
        tail = split_off(items, stay - 1);
        insert_growing(items, at, item);
    } else {
        tail = split_off(items, stay);
        insert_growing(&mut tail, at - stay, item);
    }
    Some(tail)
}

/// The items from `at` on; gives back the memory of those that stay.
fn split_off<T>(items: &mut Vec<T>, at: usize) -> Vec<T> {
    let mut tail = Vec::with_capacity((items.len() - at).next_multiple_of(GROWTH));
    tail.extend(items.drain(at..));
    items.shrink_to(at.next_multiple_of(GROWTH));
    tail
}

fn insert_growing<T>(items: &mut Vec<T>, at: usize, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact(GROWTH);
    }
    items.insert(at, item);
}

/// Merges a child with the one behind it where they are small enough together.
fn merge_with_next(children: &mut Vec<Child>, at: usize) -> bool {
    let [left, right, ..] = &mut children[at..] else {
        return false;
    };
    if left.node.width() + right.node.width() > MERGE_BELOW {
        return false;
    }
    match (&mut left.node, &mut right.node) {
        (Node::Leaf(slots), Node::Leaf(more)) => slots.append(more),
        (Node::Inner(children), Node::Inner(more)) => children.append(more),
        // All leaves are at the same depth.
        _ => return false,
    }
    left.len += right.len;
    children.remove(at + 1);
    true
}

/// Slots with successive ranks, from either end.
#[derive(Clone)]
pub(super) struct Iter<'a> {
    tree: &'a Tree,
    /// The ranks that are still to come.
    ranks: Range<usize>,
    /// What is left of the leaf in which each end stands. A leaf is left by descending anew from the
    /// root, once in many slots, rather than by keeping the path to it.
    front: slice::Iter<'a, Slot>,
    back: slice::Iter<'a, Slot>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Slot;

    fn next(&mut self) -> Option<&'a Slot> {
        if self.ranks.is_empty() {
            return None;
        }
        if self.front.as_slice().is_empty() {
            let (leaf, at) = self.tree.leaf(self.ranks.start)?;
            self.front = leaf.get(at..)?.iter();
        }
        self.ranks.start += 1;
        self.front.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.ranks.len(), Some(self.ranks.len()))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.ranks.is_empty() {
            return None;
        }
        if self.back.as_slice().is_empty() {
            let (leaf, at) = self.tree.leaf(self.ranks.end - 1)?;
            self.back = leaf.get(..=at)?.iter();
        }
        self.ranks.end -= 1;
        self.back.next_back()
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}
