//! Small sorted sets: all members in one listpack, each followed by its score, in order.
//! This is also how a file holds them.

use std::cmp::Ordering;
use std::iter::FusedIterator;
use std::ops::Range;

use super::order::{Cut, Ranked};
use crate::types::duplicates::has_duplicates;
use crate::types::listpack::{self, Corrupt, Element, Listpack, Pos};
use crate::util::number::{self, DoubleText};

/// Members and scores in a listpack.
#[derive(Clone, Default)]
pub(super) struct Packed(Listpack);

/// Elements a member: the name and the score.
const WIDTH: usize = 2;

/// A member as the listpack holds it.
#[derive(Clone, Copy)]
struct Pair<'a> {
    name: Element<'a>,
    score: f64,
}

impl Packed {
    /// Takes over the listpack of a file: scores that are numbers, and no name twice. The
    /// order is restored where it was another.
    pub(super) fn from_listpack(listpack: Listpack) -> Result<Self, Corrupt> {
        if !listpack.len().is_multiple_of(WIDTH) {
            return Err(Corrupt("sorted set member without a score"));
        }
        if has_duplicates(&listpack, WIDTH) {
            return Err(Corrupt("sorted set with a member twice"));
        }
        let scores = listpack.iter().skip(1).step_by(WIDTH);
        if scores.map(parse_score).any(|score| score.is_none()) {
            return Err(Corrupt("sorted set score that is no number"));
        }
        let mut packed = Packed(listpack);
        if !packed.is_sorted() {
            packed = packed.sorted();
        }
        Ok(packed)
    }

    pub(super) fn listpack(&self) -> &Listpack {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len() / WIDTH
    }

    pub(super) fn score(&self, name: &[u8]) -> Option<f64> {
        self.score_behind(self.find(name)?)
    }

    pub(super) fn rank(&self, name: &[u8]) -> Option<usize> {
        self.iter().position(|(own, _)| own.eq_bytes(name))
    }

    pub(super) fn partition_point(&self, cut: Cut<'_>) -> usize {
        let behind = |&(name, score): &(Element<'_>, f64)| cut.is_behind(&Pair { name, score });
        self.iter().take_while(behind).count()
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// The members with these ranks.
    pub(super) fn range(&self, ranks: Range<usize>) -> Iter<'_> {
        let len = self.len();
        let end = ranks.end.min(len);
        let start = ranks.start.min(end);
        let mut elements = self.0.iter();
        if let Some(last_skipped) = (start * WIDTH).checked_sub(1) {
            elements.nth(last_skipped);
        }
        if let Some(last_skipped) = ((len - end) * WIDTH).checked_sub(1) {
            elements.nth_back(last_skipped);
        }
        Iter(elements)
    }

    /// Adds a member whose name is not there yet.
    pub(super) fn add(&mut self, name: &[u8], score: f64) {
        let Some(pos) = self.first_behind(Cut::Before(score, name)) else {
            self.append(name, score);
            return;
        };
        let score = score_text(score);
        // What is inserted before a position takes that position: the last part goes first.
        self.0.insert_before(pos, score.as_bytes());
        self.0.insert_before(pos, name);
    }

    /// Adds a member that comes behind all others.
    pub(super) fn append(&mut self, name: &[u8], score: f64) {
        self.0.push_back(name);
        self.0.push_back(score_text(score).as_bytes());
    }

    /// Changes the score of a member.
    pub(super) fn change_score(&mut self, name: &[u8], score: f64) {
        if self.remove(name) {
            self.add(name, score);
        }
    }

    pub(super) fn remove(&mut self, name: &[u8]) -> bool {
        let Some(pos) = self.find(name) else {
            return false;
        };
        self.0.remove(pos, WIDTH);
        true
    }

    pub(super) fn remove_range(&mut self, ranks: Range<usize>) {
        let start = i64::try_from(ranks.start * WIDTH).ok();
        if let Some(pos) = start.and_then(|index| self.0.seek(index)) {
            self.0.remove(pos, ranks.len() * WIDTH);
        }
    }

    fn find(&self, name: &[u8]) -> Option<Pos> {
        self.0.find(self.0.first(), name, WIDTH - 1)
    }

    /// The score of the member whose name is at `pos`.
    fn score_behind(&self, pos: Pos) -> Option<f64> {
        parse_score(self.0.get(self.0.next(pos)?))
    }

    /// Where the first member behind the cut begins.
    fn first_behind(&self, cut: Cut<'_>) -> Option<Pos> {
        let mut elements = self.0.iter_pos();
        while let Some((pos, name)) = elements.next() {
            let (_, score) = elements.next()?;
            let score = parse_score(score)?;
            if !cut.is_behind(&Pair { name, score }) {
                return Some(pos);
            }
        }
        None
    }

    fn is_sorted(&self) -> bool {
        self.iter().zip(self.iter().skip(1)).all(|((name, score), (next_name, next_score))| {
            Cut::Before(next_score, &next_name.to_bytes()).is_behind(&Pair { name, score })
        })
    }

    fn sorted(&self) -> Self {
        let mut members: Vec<_> =
            self.iter().map(|(name, score)| (name.to_bytes(), score)).collect();
        members.sort_by(|(name, score), (other, other_score)| {
            // Zeros are equal, whatever their sign, and no score is NaN.
            score.partial_cmp(other_score).unwrap_or(Ordering::Equal).then_with(|| name.cmp(other))
        });
        let mut sorted = Packed::default();
        for (name, score) in members {
            sorted.append(&name, score);
        }
        sorted
    }
}

impl Ranked for Pair<'_> {
    fn score(&self) -> f64 {
        self.score
    }

    fn cmp_name(&self, other: &[u8]) -> Ordering {
        match self.name {
            Element::Bytes(name) => name.cmp(other),
            Element::Int(name) => itoa::Buffer::new().format(name).as_bytes().cmp(other),
        }
    }
}

/// The members of a [`Packed`], from either end.
#[derive(Clone)]
pub(super) struct Iter<'a>(listpack::Iter<'a>);

impl<'a> Iterator for Iter<'a> {
    type Item = (Element<'a>, f64);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.next()?;
        let score = self.0.next()?;
        Some((name, parse_score(score)?))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let score = self.0.next_back()?;
        let name = self.0.next_back()?;
        Some((name, parse_score(score)?))
    }
}

impl FusedIterator for Iter<'_> {}

fn parse_score(score: Element<'_>) -> Option<f64> {
    match score {
        Element::Int(score) => Some(score as f64),
        Element::Bytes(text) => number::parse_f64(text),
    }
}

/// A score as Redis stores it: the text a client sees, but for the sign of zero.
fn score_text(score: f64) -> DoubleText {
    number::format_f64(if score == 0.0 { 0.0 } else { score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(elements: &[&str]) -> Result<Packed, Corrupt> {
        let mut listpack = Listpack::new();
        for element in elements {
            listpack.push_back(element.as_bytes());
        }
        Packed::from_listpack(listpack)
    }

    #[test]
    fn scores_are_stored_as_redis_stores_them() {
        let scores = [
            (-0.0, "0"),
            (3.0, "3"),
            (-1.5, "-1.5"),
            (4e18, "4000000000000000000"),
            (5e18, "5e+18"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (score, expected) in scores {
            assert_eq!(score_text(score).as_str(), expected);
        }
    }

    #[test]
    fn refuses_what_no_sorted_set_can_be() {
        for elements in
            [&["a"][..], &["a", "x"], &["a", "nan"], &["a", "1", "a", "2"], &["7", "1", "7", "1"]]
        {
            assert!(packed(elements).is_err(), "{elements:?}");
        }
    }

    #[test]
    fn restores_the_order() {
        let packed = packed(&["c", "2", "b", "1", "a", "1", "10", "1", "d", "-inf"]).unwrap();
        let names: Vec<_> = packed.iter().map(|(name, _)| name.to_bytes().into_owned()).collect();
        assert_eq!(names, [&b"d"[..], b"10", b"a", b"b", b"c"]);
    }
}
