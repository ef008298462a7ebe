//! When two replies count as the same: always when they are equal, and otherwise only for what
//! is listed here, each with its reason.

use std::collections::BTreeSet;

use super::families::Family;
use crate::harness::Reply;

/// By what two replies to the same question may differ.
#[derive(Clone, Copy, PartialEq)]
pub enum Tolerance {
    None,
    /// Elements come from a hash table.
    Order,
    /// 7.0 writes a double with 17 digits, newer versions with as many as tell it apart.
    Digits,
    /// Elements are chosen by chance: only how many there are is compared.
    Chance,
    /// As `Order`, but only where one call of SCAN returned everything.
    Page,
    /// As `Order`: texts that compare equal may come in any order, as may a set that is not sorted.
    /// And SORT of 7.0 takes a number for none when a command before it has left `errno` at ERANGE.
    Sorted,
    /// The two servers took the command at two moments: on a busy machine seconds apart.
    Seconds,
    Milliseconds,
    /// Times in what is told about streams, and the number of nodes in a tree that only one of
    /// the servers has.
    StreamClocks,
    /// What a server keeps inside may differ where the newer Redis does otherwise.
    Encoding,
    /// Of elements that are as good as each other, which come first, and which are among the one,
    /// two or three that were asked for: elements may differ by their names alone.
    Ties,
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
    // 7.0 says XREAD and `$` of XREADGROUP too.
    "list of streams",
    // 7.0 accepts a cursor below zero and one with rubbish behind it.
    "invalid cursor",
    // Redis 8 and Valkey have different words for what is wrong with FIELDS.
    "FIELDS",
    "numfields",
    "Number of fields",
];

/// What newer versions refuse before they look at the key: ours refuses, theirs
/// finds no key, or one of another type.
const REFUSED_EARLIER: &[(&str, &str)] = &[
    ("getex", "invalid expire time"),
    ("getex", "value is not an integer"),
    ("bitcount", "value is not an integer"),
    ("bitcount", "syntax error"),
    ("bitpos", "value is not an integer"),
    ("bitpos", "syntax error"),
];

/// Encodings that two versions name differently for the same value.
const ENCODINGS: &[(&str, &str)] = &[
    // Redis 7.2 keeps a small list in one listpack, a small set as well.
    ("listpack", "quicklist"),
    ("listpack", "hashtable"),
    // Valkey has no listpack for fields that expire.
    ("listpackex", "hashtable"),
    // What SDIFFSTORE leaves of a set keeps its encoding in Redis; ours has the one it needs.
    ("intset", "hashtable"),
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
        let nothing = theirs.is_nil() || matches!(theirs, Reply::Int(0 | -1));
        let looked = nothing || (theirs.is_error() && theirs.text().starts_with("WRONGTYPE"));
        *command == first && looked && ours.is_error() && ours.text().contains(words)
    };
    // A cursor other than 0 is a place in a table of the server's own.
    let foreign_cursor = match first.as_str() {
        "scan" => second != "0",
        "hscan" | "sscan" | "zscan" => word(2) != "0",
        _ => false,
    };
    if foreign_cursor || REFUSED_EARLIER.iter().any(refused_earlier) {
        return true;
    }
    let listed = families
        .iter()
        .flat_map(|family| family.allowances)
        .find(|(command, sub, _)| *command == first && (sub.is_empty() || *sub == second));
    let tolerance = listed.map_or(Tolerance::None, |(_, _, tolerance)| *tolerance);
    let by_chance = matches!(tolerance, Tolerance::Anything | Tolerance::Chance);
    let same_shape =
        by_chance || (ours.is_error() || theirs.is_error()) || shape(ours) == shape(theirs);
    same_shape && tolerance.allows(&flat(ours), &flat(theirs))
}

/// What RESP3 tells by the kind of a reply beyond its content: maps, sets, doubles, nulls. Of what
/// an aggregate holds the kinds count, not how many there are of each.
fn shape(reply: &Reply) -> String {
    let all = |items: &mut dyn Iterator<Item = &Reply>| {
        let shapes: BTreeSet<String> = items.map(shape).collect();
        shapes.into_iter().collect::<Vec<_>>().join(",")
    };
    match reply {
        Reply::Array(items) => format!("[{}]", all(&mut items.iter())),
        Reply::Set(items) => format!("~[{}]", all(&mut items.iter())),
        Reply::Push(items) => format!(">[{}]", all(&mut items.iter())),
        Reply::Map(pairs) => {
            let (keys, values) =
                (pairs.iter().map(|pair| &pair.0), pairs.iter().map(|pair| &pair.1));
            format!("{{{}:{}}}", all(&mut { keys }), all(&mut { values }))
        }
        Reply::Bulk(_) => "bulk".to_owned(),
        Reply::Double(_) => "double".to_owned(),
        Reply::Bool(_) => "bool".to_owned(),
        Reply::Null => "null".to_owned(),
        _ => String::new(),
    }
}

/// The content of a reply as RESP2 has it, which is how it is compared.
pub fn flat(reply: &Reply) -> Reply {
    let all = |items: &[Reply]| Reply::Array(items.iter().map(flat).collect());
    match reply {
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => all(items),
        Reply::Map(pairs) => {
            Reply::Array(pairs.iter().flat_map(|(key, value)| [flat(key), flat(value)]).collect())
        }
        Reply::Double(text) => Reply::Bulk(text.clone()),
        other => other.clone(),
    }
}

impl Tolerance {
    /// Whether arrays are compared element by element.
    fn is_by_element(self) -> bool {
        matches!(self, Tolerance::Digits | Tolerance::Seconds | Tolerance::Milliseconds)
    }

    pub fn allows(self, ours: &Reply, theirs: &Reply) -> bool {
        if ours == theirs || self == Tolerance::Anything {
            return true;
        }
        if self == Tolerance::StreamClocks {
            return clocks_dropped(ours) == clocks_dropped(theirs);
        }
        match (ours, theirs) {
            (Reply::Error(a), Reply::Error(b)) => self == Tolerance::ErrorText || changed(a, b),
            (Reply::Int(a), Reply::Int(b)) => match self {
                Tolerance::Seconds => a.abs_diff(*b) <= 5,
                Tolerance::Milliseconds => a.abs_diff(*b) <= 5_000 && (*a < 0) == (*b < 0),
                _ => false,
            },
            (Reply::Array(a), Reply::Array(b))
                if self == Tolerance::Order || self == Tolerance::Sorted =>
            {
                sorted(a) == sorted(b)
            }
            (Reply::Array(_), Reply::Error(_)) if self == Tolerance::Sorted => {
                theirs.text().contains("can't be converted into double")
            }
            (Reply::Array(a), Reply::Array(b)) if self == Tolerance::Ties => {
                const CHOSEN: usize = 3;
                let named =
                    |items: &[Reply]| items.iter().all(|item| matches!(item, Reply::Bulk(_)));
                let chosen = named(a) && named(b) && a.len() == b.len() && a.len() <= CHOSEN;
                chosen || sorted(a) == sorted(b) || without_names(a) == without_names(b)
            }
            (Reply::Array(a), Reply::Array(b)) if self == Tolerance::Page => {
                let whole =
                    |page: &[Reply]| page.first().is_some_and(|cursor| cursor.text() == "0");
                !whole(a) || !whole(b) || sorted(a) == sorted(b)
            }
            (Reply::Bulk(_), Reply::Bulk(_)) if self == Tolerance::Chance => true,
            (Reply::Array(a), Reply::Array(b)) if self == Tolerance::Chance => a.len() == b.len(),
            (Reply::Array(a), Reply::Array(b)) if self.is_by_element() => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.allows(a, b))
            }
            (Reply::Bulk(a), Reply::Bulk(b)) if self == Tolerance::Digits => {
                digits_dropped(a) == digits_dropped(b)
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

/// What is told of elements beside their names, which come first; of elements of which nothing is
/// told the names.
fn without_names(elements: &[Reply]) -> Vec<Vec<Reply>> {
    let rest = |element: &Reply| match element {
        Reply::Array(parts) => parts.iter().skip(1).cloned().collect(),
        name => vec![name.clone()],
    };
    elements.iter().map(rest).collect()
}

fn changed(a: &[u8], b: &[u8]) -> bool {
    let contains = |text: &[u8], words: &str| String::from_utf8_lossy(text).contains(words);
    CHANGED_ERRORS.iter().any(|words| contains(a, words) || contains(b, words))
}

/// The reply with zero for every time that XPENDING and XINFO tell: what follows the name of one,
/// and the last but one of the three or four things that are told about a pending entry. Without
/// how far a group has got too: since 7.4 Redis finds that out where others do not know.
fn clocks_dropped(reply: &Reply) -> Reply {
    const NAMES: &[&[u8]] =
        &[b"idle", b"inactive", b"seen-time", b"active-time", b"radix-tree-nodes"];
    const PROGRESS: &[&[u8]] = &[b"entries-read", b"lag"];
    let Reply::Array(items) = reply else { return reply.clone() };
    let mut items: Vec<Reply> = items.iter().map(clocks_dropped).collect();
    let follows = |at: &usize, names: &[&[u8]]| {
        items[at - 1].bytes().is_some_and(|name| names.contains(&name))
    };
    let mut times: Vec<usize> = (1..items.len()).filter(|at| follows(at, NAMES)).collect();
    let progress: Vec<usize> = (1..items.len()).filter(|at| follows(at, PROGRESS)).collect();
    progress.into_iter().for_each(|at| items[at] = Reply::Int(0));
    if let ([Reply::Bulk(_), .., Reply::Int(_), Reply::Int(_)], 3 | 4) = (&items[..], items.len()) {
        times.push(items.len() - 2);
    }
    for at in times {
        // Below zero there is no such time.
        if let Reply::Int(time) = &mut items[at] {
            *time = (*time).min(0);
        }
    }
    Reply::Array(items)
}

/// The text of a number long enough to be a double with all its digits, as newer versions write
/// it; any other text as it is.
fn digits_dropped(text: &[u8]) -> String {
    const ALL_DIGITS: usize = 16;
    let text = String::from_utf8_lossy(text);
    match text.parse::<f64>() {
        // Which of two zeros the greater or the smaller is depends on the order of the sources,
        // and with sources of one size Redis's is a chance of its sorting.
        Ok(double) if double == 0.0 && text == "-0" => "0".to_owned(),
        Ok(double) if text.len() >= ALL_DIGITS => format!("{double:e}"),
        _ => text.into_owned(),
    }
}

/// Sorted at every level, since SCAN nests its keys; doubles without the digits that newer
/// versions drop.
fn sorted(items: &[Reply]) -> Vec<String> {
    let mut texts: Vec<String> = items
        .iter()
        .map(|item| match item {
            Reply::Array(inner) => sorted(inner).join("\u{0}"),
            Reply::Bulk(text) => digits_dropped(text),
            other => other.to_string(),
        })
        .collect();
    texts.sort();
    texts
}
