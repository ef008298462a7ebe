//! What ZRANGE, ZRANGESTORE and the older commands of their kind ask for: a range, its
//! direction, and which part of it. One parser and one walk serve them all.

use super::members::{Scores, reply_members};
use super::span::{By, Span};
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;
use std::ops::Range;

/// What a command settles by its name, so that its arguments cannot.
#[derive(Clone, Copy, Default)]
pub struct Form {
    /// What its range goes by.
    pub by: Option<By>,
    /// Whether it goes from the last member to the first.
    pub reverse: Option<bool>,
    /// Whether members are stored, so that nobody asks for scores.
    pub stores: bool,
}

/// A range that a client asks for.
pub struct Query<'a> {
    span: Span<'a>,
    reverse: bool,
    limit: Limit,
    with_scores: bool,
}

/// A part of a range.
#[derive(Clone, Copy)]
struct Limit {
    /// Members to leave out; negative leaves out all.
    offset: i64,
    /// Members after them; negative is no limit.
    count: i64,
}

impl<'a> Query<'a> {
    /// Reads both ends and the options.
    pub fn parse(form: Form, args: &mut Args<'a>) -> Result<Query<'a>> {
        let Form { mut by, mut reverse, stores } = form;
        let (start, stop) = (args.bytes()?, args.bytes()?);
        let mut limit = Limit { offset: 0, count: -1 };
        let mut with_scores = false;
        while !args.is_empty() {
            match args.keyword().as_str() {
                "withscores" if !stores => with_scores = true,
                "limit" if args.remaining() >= 2 => {
                    limit = Limit { offset: args.int()?, count: args.int()? };
                }
                "rev" if reverse.is_none() => reverse = Some(true),
                "bylex" if by.is_none() => by = Some(By::Name),
                "byscore" if by.is_none() => by = Some(By::Score),
                _ => return Err(Error::Syntax),
            }
        }
        let (by, reverse) = (by.unwrap_or(By::Rank), reverse.unwrap_or(false));
        if limit.count != -1 && by == By::Rank {
            return Err(Error::msg(
                "syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
            ));
        }
        if with_scores && by == By::Name {
            return Err(Error::msg(
                "syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        // Ranks are counted in the direction asked for; of the other ranges the end comes first.
        let (min, max) = match by {
            By::Score | By::Name if reverse => (stop, start),
            _ => (start, stop),
        };
        Ok(Query { span: Span::parse(by, min, max)?, reverse, limit, with_scores })
    }

    /// The ranks of the members asked for, in ascending order.
    pub fn ranks(&self, zset: &SortedSet) -> Range<usize> {
        let ranks = self.span.ranks(zset);
        match (self.span, self.reverse) {
            (Span::Ranks(..), false) => ranks,
            (Span::Ranks(..), true) => zset.len() - ranks.end..zset.len() - ranks.start,
            (_, reverse) => self.limit.cut(ranks, reverse),
        }
    }

    /// Answers with the members.
    pub fn answer(&self, zset: &SortedSet, reply: &mut Reply<'_>) {
        let ranks = self.ranks(zset);
        let (len, scores) = (ranks.len(), Scores::with(self.with_scores, reply));
        let members = zset.range(ranks);
        match self.reverse {
            false => reply_members(reply, scores, len, members),
            true => reply_members(reply, scores, len, members.rev()),
        }
    }
}

impl Limit {
    /// The part of a range, counted from its end where `reverse` is set.
    fn cut(self, ranks: Range<usize>, reverse: bool) -> Range<usize> {
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX).min(ranks.len());
        let count = usize::try_from(self.count).unwrap_or(usize::MAX).min(ranks.len() - offset);
        match reverse {
            false => ranks.start + offset..ranks.start + offset + count,
            true => ranks.end - offset - count..ranks.end - offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_cut_from_the_side_the_walk_begins_at() {
        let cut = |offset, count, reverse| Limit { offset, count }.cut(10..15, reverse);
        assert_eq!(cut(0, -1, false), 10..15);
        assert_eq!(cut(1, 2, false), 11..13);
        assert_eq!(cut(1, 2, true), 12..14);
        assert_eq!(cut(4, 9, false), 14..15);
        assert_eq!(cut(4, 9, true), 10..11);
        assert_eq!(cut(0, 0, true), 15..15);
        for offset in [-1, 5, i64::MIN, i64::MAX] {
            assert!(cut(offset, i64::MAX, false).is_empty());
            assert!(cut(offset, i64::MIN, true).is_empty());
        }
    }
}
