//! ZREM, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX: fewer members.

use super::span::{By, Span};
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;

pub const ZREM: Command = Command::new("zrem", -3, zrem)
    .flags(WRITE.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(REMOVAL_KEY)
    .group("sorted-set")
    .since("1.2.0")
    .complexity(
        "O(M*log(N)) with N being the number of elements in the sorted set and M the number of \
         elements to be removed.",
    )
    .syntax("key member [member ...]")
    .summary(
        "Removes one or more members from a sorted set. Deletes the sorted set if all members \
         were removed.",
    );

/// What all of them say about their key.
const REMOVAL_KEY: &[KeySpec] = &[KeySpec::one(1, access::RW | access::DELETE)];

fn zrem(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    remove(ctx, key, Event::zset("zrem"), reply, |zset| {
        args.filter(|member| zset.remove(member)).count()
    })
}

/// What the removals of ranges say about their time.
const RANGE_COMPLEXITY: &str = "O(log(N)+M) with N being the number of elements in the sorted set \
    and M the number of elements removed by the operation.";

pub const ZREMRANGEBYRANK: Command = Command::new("zremrangebyrank", 4, zremrangebyrank)
    .flags(WRITE)
    .acl(Acl::SORTED_SET)
    .keys(REMOVAL_KEY)
    .group("sorted-set")
    .since("2.0.0")
    .complexity(RANGE_COMPLEXITY)
    .syntax("key start stop")
    .summary(
        "Removes members in a sorted set within a range of indexes. Deletes the sorted set if all \
         members were removed.",
    );

fn zremrangebyrank(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    remove_range(ctx, args, By::Rank, Event::zset("zremrangebyrank"), reply)
}

pub const ZREMRANGEBYSCORE: Command = Command::new("zremrangebyscore", 4, zremrangebyscore)
    .flags(WRITE)
    .acl(Acl::SORTED_SET)
    .keys(REMOVAL_KEY)
    .group("sorted-set")
    .since("1.2.0")
    .complexity(RANGE_COMPLEXITY)
    .syntax("key min max")
    .summary(
        "Removes members in a sorted set within a range of scores. Deletes the sorted set if all \
         members were removed.",
    );

fn zremrangebyscore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    remove_range(ctx, args, By::Score, Event::zset("zremrangebyscore"), reply)
}

pub const ZREMRANGEBYLEX: Command = Command::new("zremrangebylex", 4, zremrangebylex)
    .flags(WRITE)
    .acl(Acl::SORTED_SET)
    .keys(REMOVAL_KEY)
    .group("sorted-set")
    .since("2.8.9")
    .complexity(RANGE_COMPLEXITY)
    .syntax("key min max")
    .summary(
        "Removes members in a sorted set within a lexicographical range. Deletes the sorted set \
         if all members were removed.",
    );

fn zremrangebylex(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    remove_range(ctx, args, By::Name, Event::zset("zremrangebylex"), reply)
}

fn remove_range(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    by: By,
    event: Event,
    reply: &mut Reply<'_>,
) -> Result {
    let key = args.key()?;
    let span = Span::parse(by, args.bytes()?, args.bytes()?)?;
    remove(ctx, key, event, reply, |zset| zset.remove_range(span.ranks(zset)))
}

/// Answers how many members `take` removed.
fn remove(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    event: Event,
    reply: &mut Reply<'_>,
    take: impl FnOnce(&mut SortedSet) -> usize,
) -> Result {
    let removed = ctx.txn.update(key, false, |zset: &mut SortedSet| {
        let removed = take(zset);
        (removed, (removed > 0).then_some(event))
    })?;
    reply.count(removed.unwrap_or(0));
    Ok(())
}
