//! IDs as clients write them: `ms-seq`, `ms` alone, and as an end of a range also `-`, `+` and,
//! with `(` before it, an ID that is not part of the range itself.

use crate::commands::prelude::*;
use crate::types::stream::StreamId;
use smallvec::SmallVec;
use std::ops::RangeInclusive;

/// The error for what is no ID.
pub const INVALID: &str = "Invalid stream ID specified as stream command argument";

/// Reads an ID; `seq` is the number of one without.
pub fn parse(text: &[u8], seq: u64) -> Option<StreamId> {
    let dash = text.iter().position(|byte| *byte == b'-');
    match dash {
        None => Some(StreamId::new(number(text)?, seq)),
        Some(dash) => Some(StreamId::new(number(&text[..dash])?, number(&text[dash + 1..])?)),
    }
}

/// Reads one of an ID's numbers. As in Redis space and a plus sign before it do no harm.
pub fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let plain = digits.first().is_some_and(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
}

/// Whether the next argument is an ID.
pub fn comes_next(args: &Args<'_>) -> bool {
    args.peek().is_some_and(|text| parse(text, 0).is_some())
}

/// The next argument as an ID.
pub fn id(args: &mut Args<'_>) -> Result<StreamId> {
    parse(args.bytes()?, 0).ok_or(Error::msg(INVALID))
}

/// All arguments that are left as IDs.
pub fn ids(args: &mut Args<'_>) -> Result<SmallVec<[StreamId; 4]>> {
    (0..args.remaining()).map(|_| id(args)).collect()
}

/// Reads an ID, or `-` or `+`, which are the first and the last there are.
pub fn id_or_extreme(text: &[u8], seq: u64) -> Result<StreamId> {
    match text {
        b"-" => Ok(StreamId::MIN),
        b"+" => Ok(StreamId::MAX),
        _ => parse(text, seq).ok_or(Error::msg(INVALID)),
    }
}

/// Reads the lower end of a range: the first ID in it.
pub fn range_start(text: &[u8]) -> Result<StreamId> {
    match text.strip_prefix(b"(") {
        None => id_or_extreme(text, 0),
        Some(text) => {
            let before = parse(text, 0).ok_or(Error::msg(INVALID))?;
            before.next().ok_or(Error::msg("invalid start ID for the interval"))
        }
    }
}

/// Reads the upper end of a range: the last ID in it.
fn range_end(text: &[u8]) -> Result<StreamId> {
    match text.strip_prefix(b"(") {
        None => id_or_extreme(text, u64::MAX),
        Some(text) => {
            let behind = parse(text, u64::MAX).ok_or(Error::msg(INVALID))?;
            behind.prev().ok_or(Error::msg("invalid end ID for the interval"))
        }
    }
}

/// Reads a range, its lower end first.
pub fn range(start: &[u8], end: &[u8]) -> Result<RangeInclusive<StreamId>> {
    Ok(range_start(start)?..=range_end(end)?)
}

/// An ID's text.
pub fn text(id: StreamId) -> SmallVec<[u8; 41]> {
    let mut text = SmallVec::new();
    text.extend_from_slice(itoa::Buffer::new().format(id.ms).as_bytes());
    text.push(b'-');
    text.extend_from_slice(itoa::Buffer::new().format(id.seq).as_bytes());
    text
}

/// Writes an ID.
pub fn reply_id(reply: &mut Reply<'_>, id: StreamId) {
    reply.bulk(text(id));
}

/// Writes a list of IDs.
pub fn reply_ids(reply: &mut Reply<'_>, ids: &[StreamId]) {
    reply.array(ids.len());
    ids.iter().for_each(|id| reply_id(reply, *id));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_or_one() {
        for (text, expected) in [
            ("1-2", Some((1, 2))),
            ("7", Some((7, 9))),
            (" +01-+02", Some((1, 2))),
            ("18446744073709551615-18446744073709551615", Some((u64::MAX, u64::MAX))),
            ("18446744073709551616-0", None),
            ("", None),
            ("-", None),
            ("1-", None),
            ("-1", None),
            ("1--1", None),
            ("++1", None),
            ("1-2-3", None),
            ("1-*", None),
            ("$", None),
            ("1 -2", None),
        ] {
            let expected = expected.map(|(ms, seq)| StreamId::new(ms, seq));
            assert_eq!(parse(text.as_bytes(), 9), expected, "{text}");
        }
    }

    #[test]
    fn ends_of_ranges() {
        let read = |start: &str, end: &str| {
            let range = range(start.as_bytes(), end.as_bytes());
            let shown = range.map(|range| format!("{} {}", range.start(), range.end()));
            shown.map_err(|error| error.to_string())
        };
        let max = StreamId::MAX.to_string();
        assert_eq!(read("-", "+"), Ok(format!("0-0 {max}")));
        assert_eq!(read("5", "5"), Ok(format!("5-0 5-{}", u64::MAX)));
        assert_eq!(read("(5", "(5"), Ok(format!("5-1 5-{}", u64::MAX - 1)));
        assert_eq!(read("(5-7", "(6-0"), Ok(format!("5-8 5-{}", u64::MAX)));
        let error = |text: &str| Err(format!("ERR {text}"));
        assert_eq!(read(&format!("({max}"), "+"), error("invalid start ID for the interval"));
        assert_eq!(read("-", "(0-0"), error("invalid end ID for the interval"));
        assert_eq!(read("(-", "+"), error(INVALID));
    }
}
