//! A range of a sorted set: by rank, by score or by name, as every command that counts,
//! answers or removes one reads it from its arguments.

use crate::commands::prelude::*;
use crate::types::zset::{LexBound, SortedSet};
use crate::util::number;
use std::ops::{Bound, Range};
use std::str;

/// What a range goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Ranks; negative ones count from the end.
    Rank,
    /// Scores: `1.5`, `(1.5`, `-inf`.
    Score,
    /// Names: `[a`, `(a`, `-`, `+`.
    Name,
}

/// A range, both ends given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span<'a> {
    /// From a rank to a rank, both included.
    Ranks(i64, i64),
    /// Between scores.
    Scores(Bound<f64>, Bound<f64>),
    /// Between names.
    Names(LexBound<'a>, LexBound<'a>),
}

impl<'a> Span<'a> {
    /// Reads a range from its two ends.
    pub fn parse(by: By, min: &'a [u8], max: &'a [u8]) -> Result<Span<'a>> {
        let both = match by {
            By::Rank => number::parse_i64(min).zip(number::parse_i64(max)).map(ranks),
            By::Score => score_bound(min).zip(score_bound(max)).map(scores),
            By::Name => lex_bound(min).zip(lex_bound(max)).map(names),
        };
        both.ok_or_else(|| match by {
            By::Rank => Error::NotInteger,
            By::Score => Error::msg("min or max is not a float"),
            By::Name => Error::msg("min or max not valid string range item"),
        })
    }

    /// The ranks of the members within the range.
    pub fn ranks(&self, zset: &SortedSet) -> Range<usize> {
        match *self {
            Span::Ranks(start, stop) => resolve(start, stop, zset.len()),
            Span::Scores(min, max) => zset.ranks_by_score(min, max),
            Span::Names(min, max) => zset.ranks_by_lex(min, max),
        }
    }
}

fn ranks<'a>((start, stop): (i64, i64)) -> Span<'a> {
    Span::Ranks(start, stop)
}

fn scores<'a>((min, max): (Bound<f64>, Bound<f64>)) -> Span<'a> {
    Span::Scores(min, max)
}

fn names<'a>((min, max): (LexBound<'a>, LexBound<'a>)) -> Span<'a> {
    Span::Names(min, max)
}

/// The ranks from `start` to `stop`, both included, of `len` members; what lies outside is cut
/// off.
fn resolve(start: i64, stop: i64, len: usize) -> Range<usize> {
    let absolute = |rank: i64| match usize::try_from(rank) {
        Ok(rank) => Some(rank),
        Err(_) => usize::try_from(rank.unsigned_abs()).ok().and_then(|back| len.checked_sub(back)),
    };
    let start = absolute(start).unwrap_or(0);
    let end = absolute(stop).map_or(0, |stop| stop.saturating_add(1)).min(len);
    if start < end { start..end } else { 0..0 }
}

fn score_bound(text: &[u8]) -> Option<Bound<f64>> {
    match text.strip_prefix(b"(") {
        Some(excluded) => score(excluded).map(Bound::Excluded),
        None => score(text).map(Bound::Included),
    }
}

/// A score, as generous as Redis is with bounds, and with nothing else: no text at all is zero,
/// spaces may stand before it, and one too large or too small for a double becomes infinite, or
/// zero.
fn score(text: &[u8]) -> Option<f64> {
    if text.is_empty() {
        return Some(0.0);
    }
    let text = text.trim_ascii_start();
    let parsed = str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    parsed.filter(|score| !score.is_nan()).or_else(|| number::parse_f64(text))
}

fn lex_bound(text: &[u8]) -> Option<LexBound<'_>> {
    match text {
        b"-" => Some(LexBound::Min),
        b"+" => Some(LexBound::Max),
        [b'[', name @ ..] => Some(LexBound::Included(name)),
        [b'(', name @ ..] => Some(LexBound::Excluded(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_cut_to_the_set() {
        for (start, stop, expected) in [
            (0, 2, 0..3),
            (0, -1, 0..5),
            (-2, -1, 3..5),
            (-100, 1, 0..2),
            (3, 100, 3..5),
            (3, 1, 0..0),
            (0, -100, 0..0),
            (5, 9, 0..0),
            (i64::MIN, i64::MAX, 0..5),
            (i64::MAX, i64::MAX, 0..0),
            (i64::MIN, i64::MIN, 0..0),
        ] {
            assert_eq!(resolve(start, stop, 5), expected, "{start} {stop}");
        }
        assert_eq!(resolve(0, -1, 0), 0..0);
    }

    #[test]
    fn scores_are_read_as_redis_reads_bounds() {
        for (text, expected) in [
            ("1.5", Some(Bound::Included(1.5))),
            ("(1.5", Some(Bound::Excluded(1.5))),
            ("+inf", Some(Bound::Included(f64::INFINITY))),
            ("(-Infinity", Some(Bound::Excluded(f64::NEG_INFINITY))),
            ("1e400", Some(Bound::Included(f64::INFINITY))),
            ("-1e400", Some(Bound::Included(f64::NEG_INFINITY))),
            ("1e-400", Some(Bound::Included(0.0))),
            ("0x10", Some(Bound::Included(16.0))),
            ("", Some(Bound::Included(0.0))),
            ("(", Some(Bound::Excluded(0.0))),
            (" 1", Some(Bound::Included(1.0))),
            ("1 ", None),
            (" ", None),
            ("nan", None),
            ("(nan", None),
            ("((1", None),
            ("[1", None),
            ("one", None),
        ] {
            assert_eq!(score_bound(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn names_begin_with_a_bracket() {
        assert_eq!(lex_bound(b"[a"), Some(LexBound::Included(b"a")));
        assert_eq!(lex_bound(b"("), Some(LexBound::Excluded(b"")));
        assert_eq!(lex_bound(b"-"), Some(LexBound::Min));
        for text in [&b""[..], b"a", b"-a", b"++", b" [a"] {
            assert_eq!(lex_bound(text), None);
        }
    }
}
