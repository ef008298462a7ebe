//! The nodes of the tree: how they split when they are full, and merge when they have become
//! small.

use super::Slot;

pub(super) enum Node {
    Leaf(Vec<Slot>),
    Inner(Vec<Child>),
}

/// A node below an inner node; it is never empty.
pub(super) struct Child {
    /// A copy of the first slot below, so that a search looks at no node that is not on its way.
    pub(super) first: Slot,
    /// How many slots are below.
    pub(super) len: usize,
    pub(super) node: Node,
}

/// Slots of a leaf, and children of an inner node.
pub(super) const CAPACITY: usize = 32;
/// Neighbours that together have no more than this are merged. Well below the capacity, so that a
/// set that grows and shrinks by one does not split and merge all the time.
const MERGE_BELOW: usize = CAPACITY * 3 / 4;
/// By how many places the allocation of a node grows. A node of which half the places
/// are empty takes little more than half the memory.
pub(super) const GROWTH: usize = 8;

/// Where in the whole tree something is inserted. A node that is full splits in halves, but
/// for one at an edge, which keeps all it has: scores that only ever grow (or fall, as when
/// a file is loaded) leave full nodes behind.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Edge {
    Front,
    Middle,
    Back,
}

impl Default for Node {
    fn default() -> Self {
        Node::Leaf(Vec::new())
    }
}

/// Methods that recurse do so once a level, and there are few levels.
impl Node {
    /// The slots below.
    pub(super) fn len(&self) -> usize {
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

    pub(super) fn first(&self) -> Option<&Slot> {
        match self {
            Node::Leaf(slots) => slots.first(),
            Node::Inner(children) => Some(&children.first()?.first),
        }
    }

    /// Inserts a slot, and returns what follows this node when it had to be split.
    pub(super) fn insert(&mut self, rank: usize, slot: Slot, edge: Edge) -> Option<Node> {
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
    pub(super) fn remove(
        &mut self,
        rank: usize,
        count: usize,
        removed: &mut impl FnMut(Slot),
    ) -> usize {
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
        } else {
            children[at].len -= taken;
            children[at].refresh_first();
        }
        if !merge_with_next(children, at) && at > 0 {
            merge_with_next(children, at - 1);
        }
        taken
    }

    pub(super) fn set_score(&mut self, rank: usize, score: f64) {
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
    pub(super) fn drop_needless_levels(&mut self) {
        while let Node::Inner(children) = self
            && children.len() <= 1
        {
            *self = children.pop().map(|child| child.node).unwrap_or_default();
        }
    }
}

impl Child {
    /// The entry for a node in the node above; none for an empty node.
    pub(super) fn new(node: Node) -> Option<Self> {
        Some(Child { first: node.first()?.clone(), len: node.len(), node })
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
pub(super) fn child_with(children: &[Child], rank: usize) -> Option<(usize, usize)> {
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

/// Appends items. A plain `append` may double the allocation, to more than a node ever holds.
fn append_growing<T>(items: &mut Vec<T>, more: &mut Vec<T>) {
    let len = items.len() + more.len();
    items.reserve_exact(len.next_multiple_of(GROWTH) - items.len());
    items.append(more);
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
        (Node::Leaf(slots), Node::Leaf(more)) => append_growing(slots, more),
        (Node::Inner(children), Node::Inner(more)) => append_growing(children, more),
        // All leaves are at the same depth.
        _ => return false,
    }
    left.len += right.len;
    children.remove(at + 1);
    true
}
