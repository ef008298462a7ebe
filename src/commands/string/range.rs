//! GETRANGE, SUBSTR, SETRANGE, APPEND: parts of strings.

use crate::commands::prelude::*;
use crate::services::config::params;
use crate::store::Entry;
use std::ops::Range;

/// GETRANGE's, and that of SUBSTR, its name in the beginning.
const RANGE_COMPLEXITY: &str = "O(N) where N is the length of the returned string. The complexity \
    is ultimately determined by the returned length, but because creating a substring from an \
    existing string is very cheap, it can be considered O(1) for small strings.";

pub const GETRANGE: Command = Command::new("getrange", 4, getrange)
    .flags(READONLY)
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("string")
    .since("2.4.0")
    .complexity(RANGE_COMPLEXITY)
    .syntax("key start end")
    .summary("Returns a substring of the string stored at a key.");

pub const SUBSTR: Command = Command::new("substr", 4, getrange)
    .flags(READONLY)
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("string")
    .since("1.0.0")
    .complexity(RANGE_COMPLEXITY)
    .syntax("key start end")
    .summary("Returns a substring from a string value.")
    .deprecated("2.0.0", "`GETRANGE`");

fn getrange(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (start, end) = (args.int()?, args.int()?);
    match ctx.txn.string(key)? {
        Some(value) => value.with(|bytes| reply.bulk(&bytes[resolve(start, end, bytes.len())])),
        None => reply.bulk(""),
    }
    Ok(())
}

/// The bytes from `start` to `end`, both included; negative ones count from the end of `len`
/// bytes. What lies outside is cut off, except that an end before the string is its first byte.
fn resolve(start: i64, end: i64, len: usize) -> Range<usize> {
    let backwards = start < 0 && end < 0 && start > end;
    let absolute = |index: i64| match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => len.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let (start, end) = (absolute(start), absolute(end).saturating_add(1).min(len));
    if backwards || start >= end { 0..0 } else { start..end }
}

pub const SETRANGE: Command = Command::new("setrange", 4, setrange)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("string")
    .since("2.2.0")
    .complexity(
        "O(1), not counting the time taken to copy the new string in place. Usually, this string \
         is very small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M \
         being the length of the value argument.",
    )
    .syntax("key offset value")
    .summary(
        "Overwrites a part of a string value with another by an offset. Creates the key if it \
         doesn't exist.",
    );

fn setrange(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let offset = usize::try_from(args.int()?);
    let offset = offset.map_err(|_| Error::msg("offset is out of range"))?;
    let value = args.bytes()?;
    let mut len = current_len(ctx.txn.peek(key))?.unwrap_or(0);
    if !value.is_empty() {
        let end = grown(ctx, offset, value.len())?;
        len = ctx.txn.edit_string(key, end, Event::string("setrange"), |bytes| {
            bytes[offset..end].copy_from_slice(value);
            bytes.len()
        })?;
    }
    reply.count(len);
    Ok(())
}

pub const APPEND: Command = Command::new("append", 3, append)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("string")
    .since("2.0.0")
    .complexity(
        "O(1). The amortized time complexity is O(1) assuming the appended value is small and the \
         already present value is of any size, since the dynamic string library used by Redis \
         will double the free space available on every reallocation.",
    )
    .syntax("key value")
    .summary("Appends a string to the value of a key. Creates the key if it doesn't exist.");

fn append(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    const EVENT: Event = Event::string("append");
    let key = args.key()?;
    let value = args.arg()?;
    let len = match current_len(ctx.txn.peek(key))? {
        None => {
            ctx.txn.set_string(key, value.into(), Expiry::Clear, EVENT);
            value.len()
        }
        Some(old_len) => {
            let len = grown(ctx, old_len, value.len())?;
            ctx.txn
                .edit_string(key, len, EVENT, |bytes| bytes[old_len..].copy_from_slice(&value))?;
            len
        }
    };
    reply.count(len);
    Ok(())
}

/// How long the string is that is about to be changed; none if there is no such key.
fn current_len(entry: Option<&Entry>) -> Result<Option<usize>> {
    entry.map(|entry| entry.as_str().map(Str::len).ok_or(Error::WrongType)).transpose()
}

/// `len` and `more` together, if a string may be so long.
fn grown(ctx: &Ctx<'_>, len: usize, more: usize) -> Result<usize> {
    let most = ctx.engine.config.size(params::PROTO_MAX_BULK_LEN);
    len.checked_add(more).filter(|len| *len <= most).ok_or(Error::StringTooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_string() {
        let part = |start, end| &"Hello World"[resolve(start, end, 11)];
        for (start, end, expected) in [
            (0, 3, "Hell"),
            (0, -1, "Hello World"),
            (-4, -1, "orld"),
            (5, 3, ""),
            (5, 5000, " World"),
            (-5000, 10_000, "Hello World"),
            (0, -100, "H"),
            (1, -100, ""),
            (-1, -100, ""),
            (-100, -99, "H"),
            (-100, -101, ""),
            (11, 11, ""),
            (i64::MIN, i64::MAX, "Hello World"),
            (i64::MAX, i64::MIN, ""),
        ] {
            assert_eq!(part(start, end), expected, "{start} {end}");
        }
        assert_eq!(resolve(0, -1, 0), 0..0);
    }
}
