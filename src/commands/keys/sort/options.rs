//! The options of SORT. One reading of them says where the destination is, what has to be
//! locked, and what the handler does.

use super::pattern::Pattern;
use crate::commands::prelude::*;
use smallvec::SmallVec;
use std::ops::Range;

/// What a request asks for.
#[derive(Default)]
pub struct Options<'a> {
    /// Compare by what this finds, instead of by the elements themselves.
    pub by: Option<Pattern<'a>>,
    /// Leave the elements in the order they have: BY something that is the same for all.
    pub unsorted: bool,
    /// From the last to the first.
    pub descending: bool,
    /// Compare as text.
    pub alpha: bool,
    /// What to answer with for each element; the element itself if empty.
    pub get: SmallVec<[Get<'a>; 2]>,
    /// A cursor before the name of the key that is to hold the result.
    pub store: Option<Args<'a>>,
    /// The first element, and how many; all if negative.
    limit: Option<(i64, i64)>,
}

/// What one GET answers with.
pub enum Get<'a> {
    /// `#`: the element.
    Element,
    /// What this finds.
    Pattern(Pattern<'a>),
    /// Null: without a `*` there is nothing to look for.
    Nothing,
}

impl<'a> Options<'a> {
    /// The options of a whole request, if they are right.
    pub fn of(argv: &'a [Arg<'a>], may_store: bool) -> Option<Options<'a>> {
        Options::parse(&mut Args::new(argv, 2, &[], 0), may_store).ok()
    }

    /// Reads the options behind the key. Of those given several times the last counts, except
    /// that nothing is sorted once a BY said so.
    pub fn parse(args: &mut Args<'a>, may_store: bool) -> Result<Options<'a>> {
        let mut options = Options::default();
        while !args.is_empty() {
            match args.keyword().as_str() {
                "asc" => options.descending = false,
                "desc" => options.descending = true,
                "alpha" => options.alpha = true,
                "limit" if args.remaining() >= 2 => {
                    options.limit = Some((args.int()?, args.int()?));
                }
                "store" if may_store => {
                    options.store = Some(*args);
                    args.arg()?;
                }
                "by" => match Pattern::new(args.bytes()?) {
                    Some(pattern) => options.by = Some(pattern),
                    None => options.unsorted = true,
                },
                "get" => options.get.push(match args.bytes()? {
                    b"#" => Get::Element,
                    text => Pattern::new(text).map_or(Get::Nothing, Get::Pattern),
                }),
                _ => return Err(Error::Syntax),
            }
        }
        Ok(options)
    }

    /// Whether keys are read that no argument names.
    pub fn reads_by_pattern(&self) -> bool {
        let gets = self.get.iter().any(|get| matches!(get, Get::Pattern(_)));
        gets || (self.by.is_some() && !self.unsorted)
    }

    /// Which of `len` elements, once they are in order, LIMIT lets through.
    pub fn window(&self, len: usize) -> Range<usize> {
        let Some((offset, count)) = self.limit else { return 0..len };
        let start = usize::try_from(offset.max(0)).unwrap_or(len).min(len);
        let end = match usize::try_from(count) {
            Ok(count) => start.saturating_add(count).min(len),
            Err(_) => len,
        };
        start..end
    }
}

/// The position of STORE's destination.
pub fn destination(argv: &[Arg<'_>]) -> Option<usize> {
    let after = Options::of(argv, true)?.store?.remaining();
    argv.len().checked_sub(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(line: &str) -> Vec<Arg<'_>> {
        line.split(' ').map(|word| Arg::Slice(word.as_bytes())).collect()
    }

    #[test]
    fn the_last_destination_counts_and_no_pattern_is_one() {
        let found = |line| destination(&argv(line));
        assert_eq!(found("SORT k STORE d"), Some(3));
        assert_eq!(found("SORT k BY STORE GET STORE STORE a LIMIT 0 1 STORE b"), Some(12));
        assert_eq!(found("SORT k STORE STORE"), Some(3));
        assert_eq!(found("SORT k BY STORE"), None);
        assert_eq!(found("SORT k STORE"), None);
        assert_eq!(found("SORT"), None);
    }

    #[test]
    fn only_patterns_with_a_star_read_other_keys() {
        let reads = |line| Options::of(&argv(line), true).map(|options| options.reads_by_pattern());
        assert_eq!(reads("SORT k BY w_*"), Some(true));
        assert_eq!(reads("SORT k GET # GET w_*->f"), Some(true));
        assert_eq!(reads("SORT k BY nosort GET # GET w"), Some(false));
        assert_eq!(reads("SORT k BY w_* BY nosort"), Some(false));
        assert_eq!(reads("SORT k LIMIT 0 x"), None);
    }

    #[test]
    fn windows_stay_within_the_elements() {
        let window = |limit, len| Options { limit, ..Options::default() }.window(len);
        assert_eq!(window(None, 5), 0..5);
        assert_eq!(window(Some((1, 2)), 5), 1..3);
        assert_eq!(window(Some((-9, 2)), 5), 0..2);
        assert_eq!(window(Some((3, -1)), 5), 3..5);
        assert_eq!(window(Some((3, 0)), 5), 3..3);
        assert_eq!(window(Some((i64::MAX, i64::MAX)), 5), 5..5);
        assert_eq!(window(Some((1, i64::MAX)), 5), 1..5);
        assert_eq!(window(Some((i64::MIN, i64::MIN)), 0), 0..0);
    }
}
