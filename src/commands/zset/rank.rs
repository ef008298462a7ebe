//! ZRANK, ZREVRANK: where members stand.

use crate::commands::prelude::*;
use crate::types::zset::SortedSet;

pub const ZRANK: Command = Command::new("zrank", -3, zrank)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.0.0")
    .complexity("O(log(N))")
    .syntax("key member [WITHSCORE]")
    .summary("Returns the index of a member in a sorted set ordered by ascending scores.");

fn zrank(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    rank(ctx, args, false, reply)
}

pub const ZREVRANK: Command = Command::new("zrevrank", -3, zrevrank)
    .flags(READONLY.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.0.0")
    .complexity("O(log(N))")
    .syntax("key member [WITHSCORE]")
    .summary("Returns the index of a member in a sorted set ordered by descending scores.");

fn zrevrank(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    rank(ctx, args, true, reply)
}

/// Answers with the rank of a member, counted from the last one where `reverse` is set.
fn rank(ctx: &mut Ctx<'_>, mut args: Args<'_>, reverse: bool, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let member = args.bytes()?;
    if args.remaining() > 1 {
        return Err(Error::Arity(ctx.row.full_name.clone()));
    }
    let with_score = args.word("withscore");
    args.finish()?;
    let found = ctx.txn.read::<SortedSet>(key)?.and_then(|zset| {
        let rank = zset.rank(member)?;
        let rank = if reverse { zset.len() - 1 - rank } else { rank };
        Some((rank, zset.score(member)?))
    });
    match (found, with_score) {
        (None, false) => reply.null(),
        (None, true) => reply.null_array(),
        (Some((rank, _)), false) => reply.count(rank),
        (Some((rank, score)), true) => {
            reply.array(2);
            reply.count(rank);
            reply.double(score);
        }
    }
    Ok(())
}
