//! ZUNION, ZINTER, ZDIFF, the commands that store what those answer, and ZINTERCARD.

use super::combine::{Operation, Outcome, Request};
use super::members::{Scores, reply_members, store};
use crate::commands::prelude::*;

/// What the commands that only read say about their keys.
const SOURCES: &[KeySpec] = &[KeySpec::counted(1, 1, access::RO | access::ACCESS)];

/// What those that store say about theirs.
const DESTINATION_AND_SOURCES: &[KeySpec] = &[
    KeySpec::one(1, access::OW | access::UPDATE),
    KeySpec::counted(2, 1, access::RO | access::ACCESS),
];

const UNION_COMPLEXITY: &str = "O(N)+O(M*log(M)) with N being the sum of the sizes of the input \
    sorted sets, and M being the number of elements in the resulting sorted set.";

const INTER_COMPLEXITY: &str = "O(N*K)+O(M*log(M)) worst case with N being the smallest input \
    sorted set, K being the number of input sorted sets and M being the number of elements in the \
    resulting sorted set.";

const DIFF_COMPLEXITY: &str = "O(L + (N-K)log(N)) worst case where L is the total number of \
    elements in all the sets, N is the size of the first set, and K is the size of the result set.";

pub const ZUNION: Command = Command::new("zunion", -3, zunion)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(SOURCES)
    .group("sorted-set")
    .since("6.2.0")
    .complexity(UNION_COMPLEXITY)
    .syntax(
        "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM|MIN|MAX|COUNT>] \
         [WITHSCORES]",
    )
    .summary("Returns the union of multiple sorted sets.");

fn zunion(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, Operation::Union, reply)
}

pub const ZINTER: Command = Command::new("zinter", -3, zinter)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(SOURCES)
    .group("sorted-set")
    .since("6.2.0")
    .complexity(INTER_COMPLEXITY)
    .syntax(
        "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM|MIN|MAX|COUNT>] \
         [WITHSCORES]",
    )
    .summary("Returns the intersect of multiple sorted sets.");

fn zinter(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, Operation::Inter, reply)
}

pub const ZDIFF: Command = Command::new("zdiff", -3, zdiff)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(SOURCES)
    .group("sorted-set")
    .since("6.2.0")
    .complexity(DIFF_COMPLEXITY)
    .syntax("numkeys key [key ...] [WITHSCORES]")
    .summary("Returns the difference between multiple sorted sets.");

fn zdiff(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, Operation::Diff, reply)
}

fn answer(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    operation: Operation,
    reply: &mut Reply<'_>,
) -> Result {
    let request = Request::parse(ctx, &mut args, operation, Outcome::Answered)?;
    let members = request.members(&ctx.txn);
    let scores = Scores::with(request.with_scores, reply);
    reply_members(reply, scores, members.len(), members.into_iter());
    Ok(())
}

pub const ZUNIONSTORE: Command = Command::new("zunionstore", -4, zunionstore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::SORTED_SET)
    .keys(DESTINATION_AND_SOURCES)
    .group("sorted-set")
    .since("2.0.0")
    .complexity(
        "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being \
         the number of elements in the resulting sorted set.",
    )
    .syntax(
        "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] \
         [AGGREGATE <SUM|MIN|MAX|COUNT>]",
    )
    .summary("Stores the union of multiple sorted sets in a key.");

fn zunionstore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    store_result(ctx, args, Operation::Union, Event::zset("zunionstore"), reply)
}

pub const ZINTERSTORE: Command = Command::new("zinterstore", -4, zinterstore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::SORTED_SET)
    .keys(DESTINATION_AND_SOURCES)
    .group("sorted-set")
    .since("2.0.0")
    .complexity(INTER_COMPLEXITY)
    .syntax(
        "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] \
         [AGGREGATE <SUM|MIN|MAX|COUNT>]",
    )
    .summary("Stores the intersect of multiple sorted sets in a key.");

fn zinterstore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    store_result(ctx, args, Operation::Inter, Event::zset("zinterstore"), reply)
}

pub const ZDIFFSTORE: Command = Command::new("zdiffstore", -4, zdiffstore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::SORTED_SET)
    .keys(DESTINATION_AND_SOURCES)
    .group("sorted-set")
    .since("6.2.0")
    .complexity(DIFF_COMPLEXITY)
    .syntax("destination numkeys key [key ...]")
    .summary("Stores the difference of multiple sorted sets in a key.");

fn zdiffstore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    store_result(ctx, args, Operation::Diff, Event::zset("zdiffstore"), reply)
}

/// The destination is taken last: a number of keys that is none leaves no argument a key.
fn store_result(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    operation: Operation,
    event: Event,
    reply: &mut Reply<'_>,
) -> Result {
    let mut destination = args;
    args.arg()?;
    let request = Request::parse(ctx, &mut args, operation, Outcome::Stored)?;
    let zset = request.sorted_set(&ctx.txn, &ctx.limits());
    store(ctx, destination.key()?, zset, event, reply);
    Ok(())
}

pub const ZINTERCARD: Command = Command::new("zintercard", -3, zintercard)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(SOURCES)
    .group("sorted-set")
    .since("7.0.0")
    .complexity(
        "O(N*K) worst case with N being the smallest input sorted set, K being the number of \
         input sorted sets.",
    )
    .syntax("numkeys key [key ...] [LIMIT limit]")
    .summary("Returns the number of members of the intersect of multiple sorted sets.");

fn zintercard(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let request = Request::parse(ctx, &mut args, Operation::Inter, Outcome::Counted)?;
    reply.count(request.count(&ctx.txn));
    Ok(())
}
