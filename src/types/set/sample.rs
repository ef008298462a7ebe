//! Several members of a set at random: walking over a choice of them, and splitting one off.

use super::{Encoding, Set};
use crate::types::intset::Intset;
use crate::types::limits::Limits;
use crate::types::listpack::{Element, Listpack};
use crate::types::table::below;
use ahash::RandomState;
use std::collections::HashSet;

/// Up to this share of the members, one in so many, drawing until enough have come up is
/// quicker than passing over all of them.
const SPARSE: usize = 3;

impl Set {
    /// Emits `count` different members, or all there are; every choice of so many has the same
    /// probability. Takes time in proportion to `count`, except in a listpack, which is small.
    pub fn sample<'s>(
        &'s self,
        count: usize,
        rng: &mut impl FnMut() -> u64,
        mut emit: impl FnMut(Element<'s>),
    ) {
        let walks = matches!(self.0, Encoding::Listpack(_));
        if !walks && count < self.len() / SPARSE {
            return self.draw(count, rng, emit);
        }
        // Each member is chosen with the probability at which, of those that are left, it is one
        // of those still missing (Knuth, TAOCP 3.4.2, algorithm S).
        let (mut left, mut missing) = (self.len(), count.min(self.len()));
        for member in self.iter() {
            if missing == 0 {
                break;
            }
            if below(rng(), left) < missing {
                emit(member);
                missing -= 1;
            }
            left -= 1;
        }
    }

    /// Draws members until `count` different ones, far fewer than there are, have come up.
    fn draw<'s>(
        &'s self,
        count: usize,
        rng: &mut impl FnMut() -> u64,
        mut emit: impl FnMut(Element<'s>),
    ) {
        let mut drawn = HashSet::<_, RandomState>::default();
        while drawn.len() < count {
            let Some(member) = self.random(rng) else { break };
            if drawn.insert(member) {
                emit(member);
            }
        }
    }

    /// Moves `count` members, or all there are, to a set of their own; every choice of so many
    /// has the same probability. As in Redis the new set is an intset only if this one is.
    pub fn split_random(
        &mut self,
        count: usize,
        rng: &mut impl FnMut() -> u64,
        limits: &Limits,
    ) -> Set {
        let mut split = Set(match &self.0 {
            Encoding::Intset(_) => Encoding::Intset(Intset::new()),
            _ => Encoding::Listpack(Listpack::new()),
        });
        for member in (0..count).map_while(|_| self.pop_random(rng)) {
            split.insert(&member, limits);
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::random;
    use std::collections::BTreeSet;

    /// A set of `len` members in each encoding.
    fn sets(len: usize) -> [Set; 3] {
        let filled = |suffix: &str, limits: &Limits| {
            let mut set = Set::default();
            for number in 0..len {
                set.insert(format!("{number}{suffix}").as_bytes(), limits);
            }
            set
        };
        let small = Limits { set_max_listpack_entries: 0, ..Limits::default() };
        let sets =
            [filled("", &Limits::default()), filled("m", &Limits::default()), filled("m", &small)];
        assert_eq!(sets.each_ref().map(Set::encoding), ["intset", "listpack", "hashtable"]);
        sets
    }

    fn members(set: &Set) -> BTreeSet<Vec<u8>> {
        set.iter().map(|member| member.to_bytes().into_owned()).collect()
    }

    #[test]
    fn samples_are_distinct_members() {
        for set in sets(60) {
            for count in [0, 1, 5, 19, 20, 30, 59, 60, 61, usize::MAX] {
                let mut sample = Vec::new();
                set.sample(count, &mut random::next, |m| sample.push(m.to_bytes().into_owned()));
                assert_eq!(sample.len(), count.min(60));
                let distinct: BTreeSet<_> = sample.into_iter().collect();
                assert_eq!(distinct.len(), count.min(60));
                assert!(distinct.is_subset(&members(&set)));
            }
        }
    }

    #[test]
    fn every_member_is_as_likely_in_a_sample() {
        for set in sets(12) {
            for count in [2, 6] {
                let mut drawn = std::collections::HashMap::new();
                for _ in 0..6_000 {
                    set.sample(count, &mut random::next, |member| {
                        *drawn.entry(member).or_insert(0usize) += 1;
                    });
                }
                let expected = 6_000 * count / 12;
                let even = |times: &usize| times.abs_diff(expected) < expected / 5;
                assert!(drawn.len() == 12 && drawn.values().all(even), "{drawn:?}");
            }
        }
    }

    #[test]
    fn a_split_leaves_the_rest() {
        for (set, encoding) in sets(60).into_iter().zip(["intset", "listpack", "listpack"]) {
            let all = members(&set);
            for count in [0, 1, 59, 60, 100] {
                let mut rest = set.clone();
                let split = rest.split_random(count, &mut random::next, &Limits::default());
                assert_eq!((split.len(), split.encoding()), (count.min(60), encoding));
                assert_eq!(rest.len() + split.len(), 60);
                assert_eq!(&members(&rest) | &members(&split), all);
            }
        }
    }
}
