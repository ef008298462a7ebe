//! The order of a large sorted set: a B+ tree whose inner nodes count what is below them,
//! so that ranks are found, and ranges counted, in logarithmic time.
//!
//! Members are put in and taken out by rank; where one belongs is the answer of
//! [`Tree::partition_point`]. Nothing here finds a member by its name: the table beside
//! the tree does.

mod node;

use std::cmp::Ordering;
use std::iter::FusedIterator;
use std::ops::Range;
use std::slice;

use self::node::{Child, Edge, GROWTH, Node, child_with};
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
                Node::Leaf(slots) => {
                    return before + slots.partition_point(|slot| cut.is_behind(slot));
                }
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

/// Slots with successive ranks, from either end.
#[derive(Clone)]
pub(super) struct Iter<'a> {
    tree: &'a Tree,
    /// The ranks that are still to come.
    ranks: Range<usize>,
    /// What is left of the leaf in which each end stands. From a leaf to the next leads a new
    /// descent from the root, once in many slots, rather than a path that is kept.
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

#[cfg(test)]
mod tests {
    use super::node::CAPACITY;
    use super::*;
    use proptest::prelude::*;

    /// Checks what must hold for a node, and answers its depth.
    fn check(node: &Node) -> usize {
        match node {
            Node::Leaf(slots) => {
                assert!(slots.len() <= CAPACITY && slots.capacity() <= CAPACITY);
                1
            }
            Node::Inner(children) => {
                assert!((1..=CAPACITY).contains(&children.len()));
                for child in children {
                    let first = child.node.first().unwrap();
                    assert!(
                        first.member.is_same(&child.first.member)
                            && first.score == child.first.score
                    );
                    assert_eq!(child.len, child.node.len());
                }
                let depths: Vec<_> = children.iter().map(|child| check(&child.node)).collect();
                assert!(depths.iter().all(|depth| *depth == depths[0]));
                depths[0] + 1
            }
        }
    }

    fn slot(score: f64) -> Slot {
        Slot { score, member: Member::new(b"", score) }
    }

    /// Slots a leaf, on average.
    fn fill(scores: impl Iterator<Item = u32>) -> f64 {
        let mut tree = Tree::default();
        for score in scores {
            let score = f64::from(score);
            tree.insert(tree.partition_point(Cut::BeforeScore(score)), slot(score));
        }
        check(&tree.root);
        let (mut leaves, mut rank) = (0, 0);
        while let Some((leaf, _)) = tree.leaf(rank) {
            rank += leaf.len();
            leaves += 1;
        }
        tree.len() as f64 / f64::from(leaves)
    }

    #[test]
    fn what_comes_in_order_fills_the_leaves() {
        assert!(fill(0..20_000) > 31.0);
        assert!(fill((0..20_000).rev()) > 31.0);
        assert!(fill((0..20_000u32).map(|score| score.wrapping_mul(0x9e37_79b9))) > 20.0);
    }

    #[test]
    fn empties_to_an_empty_leaf() {
        let mut tree = Tree::default();
        (0..5000).for_each(|score| tree.insert(tree.len(), slot(f64::from(score))));
        let mut removed = 0;
        tree.remove_range(10..4990, &mut |_| removed += 1);
        assert_eq!((removed, tree.len(), check(&tree.root) <= 2), (4980, 20, true));
        tree.remove_range(0..usize::MAX, &mut |_| removed += 1);
        assert_eq!((removed, tree.len(), check(&tree.root)), (5000, 0, 1));
        assert!(tree.get(0).is_none() && tree.range(0..9).next().is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn is_a_sequence(
            len in 0usize..3000,
            steps in prop::collection::vec(
                (any::<bool>(), any::<prop::sample::Index>(), 1usize..200), 0..300),
        ) {
            let mut tree = Tree::default();
            let mut model: Vec<f64> = (0..len).map(|score| score as f64).collect();
            model.iter().for_each(|score| tree.insert(tree.len(), slot(*score)));
            for (insert, at, count) in steps {
                let at = at.index(model.len() + 1);
                if insert {
                    for score in 0..count {
                        tree.insert(at, slot(score as f64));
                        model.insert(at, score as f64);
                    }
                } else {
                    let end = (at + count).min(model.len());
                    let mut removed = Vec::new();
                    tree.remove_range(at..end, &mut |slot| removed.push(slot.score));
                    prop_assert_eq!(removed, model.drain(at..end).collect::<Vec<_>>());
                }
                prop_assert_eq!(tree.len(), model.len());
            }
            check(&tree.root);
            let scores: Vec<_> = tree.range(0..usize::MAX).map(|slot| slot.score).collect();
            prop_assert_eq!(scores, model);
        }
    }
}
