//! ZSCORE, ZMSCORE: the scores of members.

use super::members::reply_score;
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;

pub const ZSCORE: Command = Command::new("zscore", 3, zscore)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("1.2.0")
    .complexity("O(1)")
    .syntax("key member")
    .summary("Returns the score of a member in a sorted set.");

fn zscore(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let member = args.bytes()?;
    let zset = ctx.txn.read::<SortedSet>(key)?;
    reply_score(reply, zset.and_then(|zset| zset.score(member)));
    Ok(())
}

pub const ZMSCORE: Command = Command::new("zmscore", -3, zmscore)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("6.2.0")
    .complexity("O(N) where N is the number of members being requested.")
    .syntax("key member [member ...]")
    .summary("Returns the score of one or more members in a sorted set.");

fn zmscore(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let zset = ctx.txn.read::<SortedSet>(args.key()?)?;
    reply.array(args.remaining());
    for member in args {
        reply_score(reply, zset.and_then(|zset| zset.score(&member)));
    }
    Ok(())
}
