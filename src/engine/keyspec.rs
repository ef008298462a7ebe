//! Where a command's keys stand among its arguments, in Redis's key specifications. Locking,
//! COMMAND GETKEYS, ACL checks and cluster slots all follow from them.

use crate::protocol::Arg;
use crate::util::number;

/// What a command does with the keys of one specification, as COMMAND INFO's flags tell.
pub mod access {
    /// Reads and changes the value.
    pub const RW: u16 = 1;
    /// Only reads.
    pub const RO: u16 = 1 << 1;
    /// Overwrites without regard to what was there.
    pub const OW: u16 = 1 << 2;
    /// Deletes.
    pub const RM: u16 = 1 << 3;
    /// Returns or copies the value's data.
    pub const ACCESS: u16 = 1 << 4;
    /// Changes the value's data.
    pub const UPDATE: u16 = 1 << 5;
    /// Adds to the value's data.
    pub const INSERT: u16 = 1 << 6;
    /// Deletes from the value's data.
    pub const DELETE: u16 = 1 << 7;
    /// Not a key, though it is hashed to a slot like one.
    pub const NOT_KEY: u16 = 1 << 8;
    /// The specification may miss keys.
    pub const INCOMPLETE: u16 = 1 << 9;
    /// What happens to the key depends on other arguments.
    pub const VARIABLE_FLAGS: u16 = 1 << 10;

    /// Their names in COMMAND INFO, in its order.
    pub const NAMES: [(u16, &str); 11] = [
        (RW, "RW"),
        (RO, "RO"),
        (OW, "OW"),
        (RM, "RM"),
        (ACCESS, "access"),
        (UPDATE, "update"),
        (INSERT, "insert"),
        (DELETE, "delete"),
        (NOT_KEY, "not_key"),
        (INCOMPLETE, "incomplete"),
        (VARIABLE_FLAGS, "variable_flags"),
    ];
}

/// Where the search for keys begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At this argument.
    Index(usize),
    /// After this keyword, looked for from an argument on (from the end if negative).
    Keyword {
        /// The keyword, in capitals.
        word: &'static str,
        /// Where to look from.
        from: i32,
    },
    /// Nowhere that can be said.
    Unknown,
}

/// How keys follow from there.
#[derive(Clone, Copy, Debug)]
pub enum Find {
    /// A range.
    Range {
        /// The last key, counted from the first; negative counts from the last argument (-1).
        last: i32,
        /// The distance between keys.
        step: usize,
        /// Beyond 1, the range ends at this fraction of the arguments left.
        limit: usize,
    },
    /// A number of keys, then the keys.
    KeyNum {
        /// The number's place, counted from the beginning.
        at: usize,
        /// The first key's place, counted from the beginning.
        first: usize,
        /// The distance between keys.
        step: usize,
    },
    /// In a way that only code can tell: the position of one key, if there is one. Clients are
    /// told that it is unknown.
    Code(fn(&[Arg<'_>]) -> Option<usize>),
    /// In no way that can be said.
    Unknown,
}

/// One key specification.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// Where the search begins.
    pub begin: Begin,
    /// How keys follow.
    pub find: Find,
    /// Bits of [`access`].
    pub flags: u16,
    /// What a reader of the documentation should know about it.
    pub notes: Option<&'static str>,
    /// A keyword, and how many arguments behind it are names: one that is called like the keyword
    /// which is looked for is passed over. No client is told of it.
    pub names: Option<(&'static str, usize)>,
}

impl KeySpec {
    /// The one key at argument `index`.
    pub const fn one(index: usize, flags: u16) -> KeySpec {
        KeySpec::range(index, 0, 1, flags)
    }

    /// Keys from argument `first` to `last` (see [`Find::Range`]), `step` apart.
    pub const fn range(first: usize, last: i32, step: usize, flags: u16) -> KeySpec {
        KeySpec {
            begin: Begin::Index(first),
            find: Find::Range { last, step, limit: 0 },
            flags,
            notes: None,
            names: None,
        }
    }

    /// A number at argument `index`, and as many keys after it, `step` apart.
    pub const fn counted(index: usize, step: usize, flags: u16) -> KeySpec {
        KeySpec {
            begin: Begin::Index(index),
            find: Find::KeyNum { at: 0, first: 1, step },
            flags,
            notes: None,
            names: None,
        }
    }

    /// The key after a keyword.
    pub const fn after(word: &'static str, from: i32, flags: u16) -> KeySpec {
        KeySpec {
            begin: Begin::Keyword { word, from },
            find: Find::Range { last: 0, step: 1, limit: 0 },
            flags,
            notes: None,
            names: None,
        }
    }

    /// Of the arguments behind a keyword, the first half.
    pub const fn half_after(word: &'static str, from: i32, flags: u16) -> KeySpec {
        let find = Find::Range { last: -1, step: 1, limit: 2 };
        KeySpec { find, ..KeySpec::after(word, from, flags) }
    }

    /// With so many names behind a keyword.
    pub const fn names(self, word: &'static str, count: usize) -> KeySpec {
        KeySpec { names: Some((word, count)), ..self }
    }

    /// The key that `find` finds.
    pub const fn found_by(find: fn(&[Arg<'_>]) -> Option<usize>, flags: u16) -> KeySpec {
        KeySpec { find: Find::Code(find), ..KeySpec::unknown(flags) }
    }

    /// Keys that do not stand among the arguments.
    pub const fn unknown(flags: u16) -> KeySpec {
        KeySpec { begin: Begin::Unknown, find: Find::Unknown, flags, notes: None, names: None }
    }

    /// With a note.
    pub const fn notes(self, notes: &'static str) -> KeySpec {
        KeySpec { notes: Some(notes), ..self }
    }

    /// Calls `f` with the position of each key. `false` means that the arguments contradict the
    /// specification (a number of keys that is none, or too many).
    pub fn positions(&self, argv: &[Arg<'_>], mut f: impl FnMut(usize)) -> bool {
        if let Find::Code(find) = self.find {
            find(argv).into_iter().for_each(f);
            return true;
        }
        let Some(begin) = self.begin(argv) else { return true };
        match self.find {
            Find::Unknown | Find::Code(_) => true,
            Find::Range { last, step, limit } => {
                let end = argv.len() as i64 - 1;
                let last = match (last, limit) {
                    (last, _) if last >= 0 => begin as i64 + i64::from(last),
                    (last, 0 | 1) => end + 1 + i64::from(last),
                    (_, limit) => begin as i64 + (end - begin as i64 + 1) / limit as i64 - 1,
                };
                if last > end {
                    return false;
                }
                (begin..=usize::try_from(last).unwrap_or(0)).step_by(step).for_each(&mut f);
                true
            }
            Find::KeyNum { at, first, step } => {
                let count = argv
                    .get(begin + at)
                    .and_then(|arg| number::parse_i64(arg))
                    .and_then(|count| usize::try_from(count).ok());
                let Some(count) = count.filter(|count| *count > 0) else { return false };
                let first = begin + first;
                let needed = (count - 1).checked_mul(step).and_then(|n| n.checked_add(first));
                if needed.is_none_or(|last| last >= argv.len()) {
                    return false;
                }
                (0..count).for_each(|n| f(first + n * step));
                true
            }
        }
    }

    /// The places it finds, if they do not depend on the arguments.
    fn as_range(&self) -> Option<PlainRange> {
        let (Begin::Index(first), Find::Range { last, step, .. }) = (self.begin, self.find) else {
            return None;
        };
        let (first, last) = (first as i64, i64::from(last));
        let last = if last >= 0 { first + last } else { last };
        Some(PlainRange { first, last, step: step as i64 })
    }

    fn begin(&self, argv: &[Arg<'_>]) -> Option<usize> {
        match self.begin {
            Begin::Unknown => None,
            Begin::Index(index) => (index < argv.len()).then_some(index),
            Begin::Keyword { word, from } => {
                let is_word = |index: &usize| argv[*index].eq_ignore_ascii_case(word.as_bytes());
                let found = if let Some((keyword, count)) = self.names {
                    pass_names(argv, keyword, count).find(is_word)
                } else if from >= 0 {
                    (from as usize..argv.len()).find(is_word)
                } else {
                    let from = argv.len().checked_sub(from.unsigned_abs() as usize)?;
                    (1..=from).rev().find(is_word)
                };
                found.map(|index| index + 1).filter(|index| *index < argv.len())
            }
        }
    }
}

/// The positions of all arguments but the names: those `count` that follow the word `keyword`.
fn pass_names(argv: &[Arg<'_>], keyword: &str, count: usize) -> impl Iterator<Item = usize> {
    let mut next = 1;
    std::iter::from_fn(move || {
        let index = next;
        let is_keyword = argv.get(index)?.eq_ignore_ascii_case(keyword.as_bytes());
        next += 1 + if is_keyword { count } else { 0 };
        Some(index)
    })
}

/// The places of a command's keys as one range, as COMMAND told them before there were
/// specifications: the first key, the last (negative: counted from the last argument), and
/// the distance between keys. All zero where there is no such range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlainRange {
    /// The first key's place.
    pub first: i64,
    /// The last key's place.
    pub last: i64,
    /// The distance between keys.
    pub step: i64,
}

/// The one range that the specifications come to, as far as they do: the only specification if
/// that is a range, else all ranges that follow each other without a gap.
pub fn plain_range(specs: &[KeySpec]) -> PlainRange {
    join_ranges(specs).0
}

/// Whether a client has to ask the server where the keys are (COMMAND GETKEYS): some are not
/// in [`plain_range`].
pub fn are_movable(specs: &[KeySpec]) -> bool {
    !join_ranges(specs).1
}

/// The range, and whether it holds every key.
fn join_ranges(specs: &[KeySpec]) -> (PlainRange, bool) {
    let mut joined: Option<PlainRange> = None;
    let mut complete = true;
    for spec in specs {
        complete &= spec.flags & access::INCOMPLETE == 0;
        match (spec.as_range(), joined) {
            (Some(range), None) if range.step == 1 || specs.len() == 1 => joined = Some(range),
            (Some(range), Some(before)) if range.step == 1 && range.first == before.last + 1 => {
                joined = Some(PlainRange { last: range.last, ..before });
            }
            _ => complete = false,
        }
    }
    (joined.unwrap_or_default(), complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(spec: KeySpec, line: &str) -> Option<Vec<usize>> {
        let argv: Vec<Arg<'_>> = line.split(' ').map(|word| Arg::Slice(word.as_bytes())).collect();
        let mut found = Vec::new();
        spec.positions(&argv, |index| found.push(index)).then_some(found)
    }

    #[test]
    fn ranges_counts_and_keywords() {
        assert_eq!(positions(KeySpec::one(1, 0), "GET k"), Some(vec![1]));
        assert_eq!(positions(KeySpec::range(1, -1, 1, 0), "DEL a b c"), Some(vec![1, 2, 3]));
        assert_eq!(positions(KeySpec::range(1, -1, 2, 0), "MSET a 1 b 2"), Some(vec![1, 3]));
        assert_eq!(positions(KeySpec::range(1, -2, 1, 0), "BLPOP a b 0"), Some(vec![1, 2]));
        assert_eq!(positions(KeySpec::counted(1, 1, 0), "LMPOP 2 a b LEFT"), Some(vec![2, 3]));
        assert_eq!(positions(KeySpec::after("STORE", 2, 0), "GEORADIUS k store d"), Some(vec![3]));
        assert_eq!(positions(KeySpec::after("STORE", 2, 0), "GEORADIUS k"), Some(vec![]));
        let last = KeySpec::found_by(|argv| argv.len().checked_sub(1), 0);
        assert_eq!(positions(last, "SORT k STORE d"), Some(vec![3]));
        assert_eq!(positions(KeySpec::unknown(0), "SORT k BY w_*"), Some(vec![]));
        let streams = KeySpec::half_after("STREAMS", 1, 0);
        assert_eq!(positions(streams, "XREAD COUNT 1 STREAMS a b 0 0"), Some(vec![4, 5]));
        assert_eq!(positions(streams, "XREAD STREAMS"), Some(vec![]));
    }

    #[test]
    fn names_are_no_keywords() {
        let spec = KeySpec::half_after("STREAMS", 4, 0).names("GROUP", 2);
        for (line, expected) in [
            ("XREADGROUP GROUP g c STREAMS k >", vec![5]),
            ("XREADGROUP NOACK GROUP streams streams streams k >", vec![6]),
            ("XREADGROUP GROUP group streams NOACK STREAMS a b > >", vec![6, 7]),
            ("XREADGROUP NOACK COUNT 1 GROUP", vec![]),
        ] {
            assert_eq!(positions(spec, line), Some(expected), "{line}");
        }
    }

    #[test]
    fn counts_that_lie_are_refused() {
        for line in ["LMPOP 3 a b", "LMPOP x a", "LMPOP 0 a", "LMPOP 9223372036854775807 a"] {
            assert_eq!(positions(KeySpec::counted(1, 1, 0), line), None, "{line}");
        }
    }

    #[test]
    fn ranges_that_follow_each_other_are_one() {
        let range = |specs: &[KeySpec]| {
            let PlainRange { first, last, step } = plain_range(specs);
            (first, last, step, are_movable(specs))
        };
        let one = |index| KeySpec::one(index, 0);
        assert_eq!(range(&[]), (0, 0, 0, false));
        assert_eq!(range(&[one(1)]), (1, 1, 1, false));
        assert_eq!(range(&[KeySpec::range(1, -1, 2, 0)]), (1, -1, 2, false));
        assert_eq!(range(&[one(1), one(2)]), (1, 2, 1, false));
        assert_eq!(range(&[one(1), one(3)]), (1, 1, 1, true));
        assert_eq!(range(&[one(1), KeySpec::range(2, -1, 1, 0)]), (1, -1, 1, false));
        assert_eq!(range(&[one(1), KeySpec::counted(2, 1, 0)]), (1, 1, 1, true));
        assert_eq!(range(&[KeySpec::counted(1, 1, 0)]), (0, 0, 0, true));
        assert_eq!(range(&[one(1), KeySpec::after("STORE", 2, 0)]), (1, 1, 1, true));
        assert_eq!(range(&[KeySpec::one(1, access::INCOMPLETE)]), (1, 1, 1, true));
    }
}
