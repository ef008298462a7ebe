//! How members are ordered, by score and then by name, and where a range begins and ends
//! in that order. Both encodings are searched by what is defined here.

use std::cmp::Ordering;
use std::ops::Bound;

/// One end of a range by name, as ZRANGEBYLEX gives it: `-`, `+`, `[name`, `(name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexBound<'a> {
    /// Before all names.
    Min,
    /// After all names.
    Max,
    /// At the name, which is part of the range.
    Included(&'a [u8]),
    /// At the name, which is not part of the range.
    Excluded(&'a [u8]),
}

/// A member in its place.
pub(super) trait Ranked {
    fn score(&self) -> f64;
    /// How its name compares to another. Asked only where scores do not decide, as
    /// the name may lie far away.
    fn cmp_name(&self, other: &[u8]) -> Ordering;
}

/// A place between members: some lie before it, all others behind it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cut<'a> {
    Start,
    End,
    BeforeScore(f64),
    AfterScore(f64),
    BeforeName(&'a [u8]),
    AfterName(&'a [u8]),
    /// Before the member with this score and name, or where it would be.
    Before(f64, &'a [u8]),
}

impl<'a> Cut<'a> {
    /// Where a range by score begins.
    pub(super) fn from_score(min: Bound<f64>) -> Self {
        match min {
            Bound::Unbounded => Cut::Start,
            Bound::Included(score) => Cut::BeforeScore(score),
            Bound::Excluded(score) => Cut::AfterScore(score),
        }
    }

    /// Where a range by score ends.
    pub(super) fn to_score(max: Bound<f64>) -> Self {
        match max {
            Bound::Unbounded => Cut::End,
            Bound::Included(score) => Cut::AfterScore(score),
            Bound::Excluded(score) => Cut::BeforeScore(score),
        }
    }

    /// Where a range by name begins.
    pub(super) fn from_name(min: LexBound<'a>) -> Self {
        match min {
            LexBound::Min => Cut::Start,
            LexBound::Max => Cut::End,
            LexBound::Included(name) => Cut::BeforeName(name),
            LexBound::Excluded(name) => Cut::AfterName(name),
        }
    }

    /// Where a range by name ends.
    pub(super) fn to_name(max: LexBound<'a>) -> Self {
        match max {
            LexBound::Min => Cut::Start,
            LexBound::Max => Cut::End,
            LexBound::Included(name) => Cut::AfterName(name),
            LexBound::Excluded(name) => Cut::BeforeName(name),
        }
    }

    /// Whether a member lies before the cut. Zeros are equal, whatever their sign.
    #[inline]
    pub(super) fn is_behind(self, member: &impl Ranked) -> bool {
        match self {
            Cut::Start => false,
            Cut::End => true,
            Cut::BeforeScore(score) => member.score() < score,
            Cut::AfterScore(score) => member.score() <= score,
            Cut::BeforeName(name) => member.cmp_name(name).is_lt(),
            Cut::AfterName(name) => member.cmp_name(name).is_le(),
            Cut::Before(score, name) => {
                let own = member.score();
                own < score || (own == score && member.cmp_name(name).is_lt())
            }
        }
    }
}
