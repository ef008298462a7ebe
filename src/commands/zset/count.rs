//! ZCARD, ZCOUNT, ZLEXCOUNT: how many members there are.

use super::span::{By, Span};
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;

pub const ZCARD: Command = Command::new("zcard", 2, zcard)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("sorted-set")
    .since("1.2.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the number of members in a sorted set.");

fn zcard(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let zset = ctx.txn.read::<SortedSet>(args.key()?)?;
    reply.count(zset.map_or(0, SortedSet::len));
    Ok(())
}

pub const ZCOUNT: Command = Command::new("zcount", 4, zcount)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.0.0")
    .complexity("O(log(N)) with N being the number of elements in the sorted set.")
    .syntax("key min max")
    .summary("Returns the count of members in a sorted set that have scores within a range.");

fn zcount(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    count(ctx, args, By::Score, reply)
}

pub const ZLEXCOUNT: Command = Command::new("zlexcount", 4, zlexcount)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.8.9")
    .complexity("O(log(N)) with N being the number of elements in the sorted set.")
    .syntax("key min max")
    .summary("Returns the number of members in a sorted set within a lexicographical range.");

fn zlexcount(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    count(ctx, args, By::Name, reply)
}

fn count(ctx: &mut Ctx<'_>, mut args: Args<'_>, by: By, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let span = Span::parse(by, args.bytes()?, args.bytes()?)?;
    let zset = ctx.txn.read::<SortedSet>(key)?;
    reply.count(zset.map_or(0, |zset| span.ranks(zset).len()));
    Ok(())
}
