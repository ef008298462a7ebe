//! Walking the members of a sorted set, whichever encoding it has.

use std::iter::FusedIterator;

use super::packed;
use super::tree::{self, Slot};
use crate::types::listpack::Element;

/// Members with their scores, in order; made by [`super::SortedSet::range`].
#[derive(Clone)]
pub struct Iter<'a>(Members<'a>);

#[derive(Clone)]
enum Members<'a> {
    Packed(packed::Iter<'a>),
    Large(tree::Iter<'a>),
}

impl<'a> Iter<'a> {
    pub(super) fn packed(members: packed::Iter<'a>) -> Self {
        Iter(Members::Packed(members))
    }

    pub(super) fn large(members: tree::Iter<'a>) -> Self {
        Iter(Members::Large(members))
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (Element<'a>, f64);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Members::Packed(members) => members.next(),
            Members::Large(members) => members.next().map(as_pair),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Members::Packed(members) => members.next_back(),
            Members::Large(members) => members.next_back().map(as_pair),
        }
    }
}

impl FusedIterator for Iter<'_> {}

pub(super) fn as_pair(slot: &Slot) -> (Element<'_>, f64) {
    (Element::Bytes(slot.member.name()), slot.score)
}
