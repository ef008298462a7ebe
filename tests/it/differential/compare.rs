//! When two replies count as the same: always when they are equal, and otherwise only for what
//! is listed here, each with its reason.

use super::families::Family;
use crate::harness::Reply;

/// By what two replies to the same question may differ.
#[derive(Clone, Copy, PartialEq)]
pub enum Tolerance {
    None,
    /// Elements come from a hash table.
    Order,
    /// As `Order`, but only where one call of SCAN returned everything.
    Page,
    /// The two servers took the command at two moments: on a busy machine seconds apart.
    Seconds,
    Milliseconds,
    /// What a server keeps inside may differ where the newer Redis does otherwise.
    Encoding,
    /// Only that both refuse: the text has changed between versions.
    ErrorText,
    /// The reply says nothing that two servers agree on.
    Anything,
}

/// A command whose replies may differ, and how: its first word, and its second if not empty.
pub type Allowance = (&'static str, &'static str, Tolerance);

/// Error texts that newer versions have changed: where both replies are errors and one contains
/// the words, the texts are not compared.
const CHANGED_ERRORS: &[&str] = &[
    // 7.0 accepts a cursor below zero and one with rubbish behind it.
    "invalid cursor",
];

/// What newer versions refuse before they look at the key: ours refuses, theirs
/// finds no key, or one of another type.
const REFUSED_EARLIER: &[(&str, &str)] =
    &[("getex", "invalid expire time"), ("getex", "value is not an integer")];

/// Encodings that two versions name differently for the same value.
const ENCODINGS: &[(&str, &str)] = &[
    // Redis 7.2 keeps a small list in one listpack, a small set as well.
    ("listpack", "quicklist"),
    ("listpack", "hashtable"),
    // Redis and Valkey differ in how long a short string may be to stand in its object.
    ("embstr", "raw"),
];

/// Whether the peers' replies to `args` agree; the first of the families' allowances that is
/// about the command counts.
pub fn same_replies(args: &[Vec<u8>], families: &[&Family], ours: &Reply, theirs: &Reply) -> bool {
    let word = |i: usize| {
        args.get(i).map(|arg| String::from_utf8_lossy(arg).to_ascii_lowercase()).unwrap_or_default()
    };
    let (first, second) = (word(0), word(1));
    let refused_earlier = |(command, words): &(&str, &str)| {
        let looked =
            theirs.is_nil() || (theirs.is_error() && theirs.text().starts_with("WRONGTYPE"));
        *command == first && looked && ours.is_error() && ours.text().contains(words)
    };
    // A cursor other than 0 is a place in a table of the server's own.
    let foreign_cursor = first == "scan" && second != "0";
    if foreign_cursor || REFUSED_EARLIER.iter().any(refused_earlier) {
        return true;
    }
    let listed = families
        .iter()
        .flat_map(|family| family.allowances)
        .find(|(command, sub, _)| *command == first && (sub.is_empty() || *sub == second));
    listed.map_or(Tolerance::None, |(_, _, tolerance)| *tolerance).allows(ours, theirs)
}

impl Tolerance {
    pub fn allows(self, ours: &Reply, theirs: &Reply) -> bool {
        if ours == theirs || self == Tolerance::Anything {
            return true;
        }
        match (ours, theirs) {
            (Reply::Error(a), Reply::Error(b)) => self == Tolerance::ErrorText || changed(a, b),
            (Reply::Int(a), Reply::Int(b)) => match self {
                Tolerance::Seconds => a.abs_diff(*b) <= 5,
                Tolerance::Milliseconds => a.abs_diff(*b) <= 5_000 && (*a < 0) == (*b < 0),
                _ => false,
            },
            (Reply::Array(a), Reply::Array(b)) if self == Tolerance::Order => {
                sorted(a) == sorted(b)
            }
            (Reply::Array(a), Reply::Array(b)) if self == Tolerance::Page => {
                let whole =
                    |page: &[Reply]| page.first().is_some_and(|cursor| cursor.text() == "0");
                !whole(a) || !whole(b) || sorted(a) == sorted(b)
            }
            (Reply::Bulk(a), Reply::Bulk(b)) if self == Tolerance::Encoding => {
                ENCODINGS.iter().any(|(x, y)| {
                    let pair = [a.as_slice(), b.as_slice()];
                    pair == [x.as_bytes(), y.as_bytes()] || pair == [y.as_bytes(), x.as_bytes()]
                })
            }
            _ => false,
        }
    }
}

fn changed(a: &[u8], b: &[u8]) -> bool {
    let contains = |text: &[u8], words: &str| String::from_utf8_lossy(text).contains(words);
    CHANGED_ERRORS.iter().any(|words| contains(a, words) || contains(b, words))
}

/// Sorted at every level, since SCAN nests its keys.
fn sorted(items: &[Reply]) -> Vec<String> {
    let mut texts: Vec<String> = items
        .iter()
        .map(|item| match item {
            Reply::Array(inner) => sorted(inner).join("\u{0}"),
            other => other.to_string(),
        })
        .collect();
    texts.sort();
    texts
}
