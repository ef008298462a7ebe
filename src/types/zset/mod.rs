//! Sorted sets: members ordered by score, and by name where scores are equal, each found
//! by its name too. Small ones are a listpack, large ones a tree and a hash table.
//!
//! A range, whether by rank, by score or by name, is first of all a range of ranks; it is
//! counted, walked and removed as such.

mod iter;
mod large;
mod member;
mod order;
mod packed;
#[cfg(test)]
mod tests;
mod tree;

use std::ops::{Bound, Range};

use self::large::Large;
use self::order::Cut;
use self::packed::Packed;
use super::limits::Limits;
use super::listpack::{Corrupt, Element, Listpack};
use super::table::below;

pub use self::iter::Iter;
pub use self::order::LexBound;

/// A sorted set. The empty one is a listpack.
#[derive(Clone)]
pub struct SortedSet(Encoding);

#[derive(Clone)]
enum Encoding {
    Packed(Packed),
    Large(Box<Large>),
}

/// What [`SortedSet::update`] found and left behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Update {
    /// The score the member had; none when it was not there.
    pub before: Option<f64>,
    /// The score the member has; none when it is not there.
    pub after: Option<f64>,
}

impl Update {
    /// Whether the member is new.
    pub fn added(&self) -> bool {
        self.before.is_none() && self.after.is_some()
    }

    /// Whether the member is new or has another score than before.
    pub fn changed(&self) -> bool {
        self.before != self.after
    }
}

impl Default for SortedSet {
    fn default() -> Self {
        SortedSet(Encoding::Packed(Packed::default()))
    }
}

/// The whole of it.
impl SortedSet {
    /// The sorted set of a listpack that was read from a file. Refuses scores that are not
    /// numbers and members that are there twice.
    pub fn from_listpack(listpack: Listpack, limits: &Limits) -> Result<Self, Corrupt> {
        let mut zset = SortedSet(Encoding::Packed(Packed::from_listpack(listpack)?));
        zset.expect(zset.len(), limits);
        Ok(zset)
    }

    /// The listpack itself, where that is the encoding.
    pub fn as_listpack(&self) -> Option<&Listpack> {
        match &self.0 {
            Encoding::Packed(packed) => Some(packed.listpack()),
            Encoding::Large(_) => None,
        }
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Encoding::Packed(packed) => packed.len(),
            Encoding::Large(large) => large.len(),
        }
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `listpack` or `skiplist`.
    pub fn encoding(&self) -> &'static str {
        match &self.0 {
            Encoding::Packed(_) => "listpack",
            Encoding::Large(_) => "skiplist",
        }
    }

    /// Bytes of heap it takes, estimated from `samples` members; 0 asks for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        match &self.0 {
            Encoding::Packed(packed) => packed.listpack().memory_usage(),
            Encoding::Large(large) => large.memory_usage(samples),
        }
    }

    /// Prepares for this many members: where they would outgrow the listpack, leaves it.
    pub fn expect(&mut self, len: usize, limits: &Limits) {
        if len > limits.zset_max_listpack_entries {
            self.make_large();
        }
    }

    /// Returns to a listpack where the members fit one, as Redis does with the result of
    /// ZUNIONSTORE and its kin.
    pub fn shrink(&mut self, limits: &Limits) {
        if matches!(self.0, Encoding::Packed(_)) || self.len() > limits.zset_max_listpack_entries {
            return;
        }
        let mut packed = Packed::default();
        for (name, score) in self.iter() {
            let name = name.to_bytes();
            if !fits_listpack(&packed, &name, limits) {
                return;
            }
            packed.append(&name, score);
        }
        self.0 = Encoding::Packed(packed);
    }

    fn make_large(&mut self) {
        if let Encoding::Packed(packed) = &self.0 {
            let mut large = Box::<Large>::default();
            for (name, score) in packed.iter() {
                large.add(&name.to_bytes(), score);
            }
            self.0 = Encoding::Large(large);
        }
    }
}

/// One member.
impl SortedSet {
    /// The score of a member.
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        match &self.0 {
            Encoding::Packed(packed) => packed.score(member),
            Encoding::Large(large) => large.score(member),
        }
    }

    /// The rank of a member: how many are before it.
    pub fn rank(&self, member: &[u8]) -> Option<usize> {
        match &self.0 {
            Encoding::Packed(packed) => packed.rank(member),
            Encoding::Large(large) => large.rank(member),
        }
    }

    /// The member with this rank.
    pub fn get(&self, rank: usize) -> Option<(Element<'_>, f64)> {
        match &self.0 {
            Encoding::Packed(packed) => packed.range(rank..rank.checked_add(1)?).next(),
            Encoding::Large(large) => large.get(rank).map(iter::as_pair),
        }
    }

    /// A member, each with the same probability; `rng` yields every `u64` with the same.
    pub fn random(&self, rng: &mut impl FnMut() -> u64) -> Option<(Element<'_>, f64)> {
        self.get(below(rng(), self.len()))
    }

    /// Adds a member, or changes its score. False when it existed.
    ///
    /// A score that is not a number has no place in an order; it changes nothing, and the
    /// answer is false.
    pub fn insert(&mut self, member: &[u8], score: f64, limits: &Limits) -> bool {
        let update =
            self.update(member, limits, |_| Ok::<_, std::convert::Infallible>(Some(score)));
        match update {
            Ok(update) => update.added(),
        }
    }

    /// Gives a member the score that `decide` makes of the one it has, none meaning that it is
    /// not there. Where `decide` answers `None`, or what is not a number, nothing changes;
    /// where it fails, neither.
    pub fn update<E>(
        &mut self,
        member: &[u8],
        limits: &Limits,
        decide: impl FnOnce(Option<f64>) -> Result<Option<f64>, E>,
    ) -> Result<Update, E> {
        let before = self.score(member);
        let decided = decide(before)?.filter(|score| !score.is_nan());
        match (before, decided) {
            (None, Some(score)) => self.add(member, score, limits),
            (Some(old), Some(new)) if old != new => match &mut self.0 {
                Encoding::Packed(packed) => packed.change_score(member, new),
                Encoding::Large(large) => large.change_score(member, old, new),
            },
            _ => {}
        }
        Ok(Update { before, after: decided.or(before) })
    }

    /// Removes a member. False when it was not there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        match &mut self.0 {
            Encoding::Packed(packed) => packed.remove(member),
            Encoding::Large(large) => large.remove(member),
        }
    }

    /// Removes the first member and returns it.
    pub fn pop_first(&mut self) -> Option<(Vec<u8>, f64)> {
        self.pop(0)
    }

    /// Removes the last member and returns it.
    pub fn pop_last(&mut self) -> Option<(Vec<u8>, f64)> {
        self.pop(self.len().checked_sub(1)?)
    }

    fn pop(&mut self, rank: usize) -> Option<(Vec<u8>, f64)> {
        let (member, score) = self.get(rank)?;
        let popped = (member.to_bytes().into_owned(), score);
        self.remove_range(rank..rank + 1);
        Some(popped)
    }

    /// Adds a member that is not there yet.
    fn add(&mut self, member: &[u8], score: f64, limits: &Limits) {
        if let Encoding::Packed(packed) = &self.0
            && !fits_listpack(packed, member, limits)
        {
            self.make_large();
        }
        match &mut self.0 {
            Encoding::Packed(packed) => packed.add(member, score),
            Encoding::Large(large) => large.add(member, score),
        }
    }
}

/// Ranges.
impl SortedSet {
    /// All members, in order; from either end.
    pub fn iter(&self) -> Iter<'_> {
        self.range(0..self.len())
    }

    /// The members with these ranks, as far as there are such, in order; from either end.
    pub fn range(&self, ranks: Range<usize>) -> Iter<'_> {
        match &self.0 {
            Encoding::Packed(packed) => Iter::packed(packed.range(ranks)),
            Encoding::Large(large) => Iter::large(large.range(ranks)),
        }
    }

    /// The ranks of the members with scores within these bounds.
    pub fn ranks_by_score(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
        self.ranks_between(Cut::from_score(min), Cut::to_score(max))
    }

    /// The ranks of the members with names within these bounds, where all members have the
    /// same score; else, as in Redis, of some members.
    pub fn ranks_by_lex(&self, min: LexBound<'_>, max: LexBound<'_>) -> Range<usize> {
        self.ranks_between(Cut::from_name(min), Cut::to_name(max))
    }

    /// Removes the members with these ranks, as far as there are such, and answers how many.
    pub fn remove_range(&mut self, ranks: Range<usize>) -> usize {
        let end = ranks.end.min(self.len());
        let ranks = ranks.start.min(end)..end;
        if ranks.is_empty() {
            return 0;
        }
        match &mut self.0 {
            Encoding::Packed(packed) => packed.remove_range(ranks.clone()),
            Encoding::Large(large) => large.remove_range(ranks.clone()),
        }
        ranks.len()
    }

    /// Emits about `count` members from `cursor` on and returns the next cursor, with the
    /// guarantee of SCAN; a listpack emits all its members at once.
    pub fn scan(&self, cursor: u64, count: usize, emit: &mut dyn FnMut(Element<'_>, f64)) -> u64 {
        match &self.0 {
            Encoding::Packed(packed) => {
                packed.iter().for_each(|(name, score)| emit(name, score));
                0
            }
            Encoding::Large(large) => large.scan(cursor, count, |member| {
                emit(Element::Bytes(member.name()), member.score());
            }),
        }
    }

    fn ranks_between(&self, from: Cut<'_>, to: Cut<'_>) -> Range<usize> {
        let point = |cut| match &self.0 {
            Encoding::Packed(packed) => packed.partition_point(cut),
            Encoding::Large(large) => large.partition_point(cut),
        };
        let start = point(from);
        start..point(to).max(start)
    }
}

/// Whether one more member can join a listpack.
fn fits_listpack(packed: &Packed, member: &[u8], limits: &Limits) -> bool {
    /// No score takes more: 24 bytes of text, a head and a backlen.
    const MAX_SCORE_BYTES: usize = 32;
    packed.len() < limits.zset_max_listpack_entries
        && member.len() <= limits.zset_max_listpack_value
        && packed
            .listpack()
            .has_room_for(Listpack::entry_size(member).saturating_add(MAX_SCORE_BYTES))
}
