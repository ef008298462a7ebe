//! The encoding of large sorted sets, named `skiplist` after what Redis uses in its
//! place: a tree that knows the order, and a hash table that knows the names. They hold
//! handles to the same members, and always to all of them.

use std::ops::Range;

use super::member::Member;
use super::order::Cut;
use super::tree::{self, Slot, Tree};
use crate::types::table::Table;

/// Members by rank and by name.
#[derive(Default)]
pub(super) struct Large {
    tree: Tree,
    index: Table<Member>,
}

impl Large {
    pub(super) fn len(&self) -> usize {
        self.tree.len()
    }

    pub(super) fn score(&self, name: &[u8]) -> Option<f64> {
        self.index.get(name).map(Member::score)
    }

    pub(super) fn rank(&self, name: &[u8]) -> Option<usize> {
        let score = self.score(name)?;
        Some(self.tree.partition_point(Cut::Before(score, name)))
    }

    pub(super) fn get(&self, rank: usize) -> Option<&Slot> {
        self.tree.get(rank)
    }

    pub(super) fn partition_point(&self, cut: Cut<'_>) -> usize {
        self.tree.partition_point(cut)
    }

    pub(super) fn range(&self, ranks: Range<usize>) -> tree::Iter<'_> {
        self.tree.range(ranks)
    }

    pub(super) fn remove(&mut self, name: &[u8]) -> bool {
        let Some(rank) = self.rank(name) else {
            return false;
        };
        self.index.remove(name);
        self.tree.remove_range(rank..rank + 1, &mut |_| {});
        true
    }

    pub(super) fn remove_range(&mut self, ranks: Range<usize>) {
        let index = &mut self.index;
        self.tree.remove_range(ranks, &mut |slot| {
            index.remove(slot.member.name());
        });
    }

    pub(super) fn scan(&self, cursor: u64, count: usize, mut emit: impl FnMut(&Member)) -> u64 {
        self.index.scan(cursor, count, &mut emit)
    }

    pub(super) fn memory_usage(&self, samples: usize) -> usize {
        let tree = size_of::<Tree>() + self.tree.memory_usage(samples);
        tree + self.index.memory_usage(samples, Member::heap_size)
    }

    /// Adds a member whose name is not there yet.
    pub(super) fn add(&mut self, name: &[u8], score: f64) {
        let member = Member::new(name, score);
        let rank = self.tree.partition_point(Cut::Before(score, name));
        self.index.get_or_insert(name, || member.clone());
        self.tree.insert(rank, Slot { score, member });
    }

    /// Changes the score of a member that has the score `old`.
    pub(super) fn change_score(&mut self, name: &[u8], old: f64, new: f64) {
        let old_rank = self.tree.partition_point(Cut::Before(old, name));
        let mut new_rank = self.tree.partition_point(Cut::Before(new, name));
        // The member itself is before its new place when the score grows.
        if new_rank > old_rank {
            new_rank -= 1;
        }
        if new_rank == old_rank {
            return self.tree.set_score(old_rank, new);
        }
        let mut moved = None;
        self.tree.remove_range(old_rank..old_rank + 1, &mut |slot| moved = Some(slot.member));
        if let Some(member) = moved {
            member.set_score(new);
            self.tree.insert(new_rank, Slot { score: new, member });
        }
    }
}

/// Copies the members: a handle to one would let a change of its score show in the copy.
impl Clone for Large {
    fn clone(&self) -> Self {
        let mut copy = Large::default();
        for slot in self.range(0..self.len()) {
            copy.add(slot.member.name(), slot.score);
        }
        copy
    }
}
