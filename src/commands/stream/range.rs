//! XLEN, XRANGE, XREVRANGE.

use super::entries::reply_entries;
use super::id;
use crate::commands::prelude::*;
use crate::types::stream::Stream;

const KEY: &[KeySpec] = &[KeySpec::one(1, access::RO | access::ACCESS)];

pub const XLEN: Command = Command::new("xlen", 2, xlen)
    .flags(READONLY.or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("stream")
    .since("5.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Return the number of messages in a stream.");

fn xlen(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let stream = ctx.txn.read::<Stream>(args.key()?)?;
    reply.int(stream.map_or(0, |stream| stream.len() as i64));
    Ok(())
}

pub const XRANGE: Command = Command::new("xrange", -4, xrange)
    .flags(READONLY)
    .acl(Acl::STREAM)
    .keys(KEY)
    .group("stream")
    .since("5.0.0")
    .complexity(
        "O(N) with N being the number of elements being returned. If N is constant (e.g. always \
         asking for the first 10 elements with COUNT), you can consider it O(1).",
    )
    .syntax("key start end [COUNT count]")
    .summary("Returns the messages from a stream within a range of IDs.");

fn xrange(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (start, end) = (args.bytes()?, args.bytes()?);
    let (start, end) = id::range(start, end)?.into_inner();
    let count = count(args)?;
    match ctx.txn.read::<Stream>(key)? {
        Some(_) if count == 0 => reply.null_array(),
        None => reply.array(0),
        Some(stream) => reply_entries(reply, stream.range(start, end).take(count)),
    }
    Ok(())
}

pub const XREVRANGE: Command = Command::new("xrevrange", -4, xrevrange)
    .flags(READONLY)
    .acl(Acl::STREAM)
    .keys(KEY)
    .group("stream")
    .since("5.0.0")
    .complexity(
        "O(N) with N being the number of elements returned. If N is constant (e.g. always asking \
         for the first 10 elements with COUNT), you can consider it O(1).",
    )
    .syntax("key end start [COUNT count]")
    .summary("Returns the messages from a stream within a range of IDs in reverse order.");

fn xrevrange(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (end, start) = (args.bytes()?, args.bytes()?);
    let (start, end) = id::range(start, end)?.into_inner();
    let count = count(args)?;
    match ctx.txn.read::<Stream>(key)? {
        Some(_) if count == 0 => reply.null_array(),
        None => reply.array(0),
        Some(stream) => reply_entries(reply, stream.range(start, end).rev().take(count)),
    }
    Ok(())
}

/// Reads how many entries are asked for at most. Redis answers a request for none with a null,
/// where there is a stream.
fn count(mut args: Args<'_>) -> Result<usize> {
    let mut count = usize::MAX;
    while !args.is_empty() {
        match args.keyword().as_str() {
            "count" => count = usize::try_from(args.int()?).unwrap_or(0),
            _ => return Err(Error::Syntax),
        }
    }
    Ok(count)
}
