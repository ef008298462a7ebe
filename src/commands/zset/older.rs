//! ZREVRANGE, ZRANGEBYSCORE, ZREVRANGEBYSCORE, ZRANGEBYLEX, ZREVRANGEBYLEX: what ZRANGE says by
//! its options today.

use super::query::Form;
use super::range::answer;
use super::span::By;
use crate::commands::prelude::*;

pub const ZREVRANGE: Command = Command::new("zrevrange", -4, zrevrange)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("1.2.0")
    .complexity(
        "O(log(N)+M) with N being the number of elements in the sorted set and M the number of \
         elements returned.",
    )
    .syntax("key start stop [WITHSCORES]")
    .summary("Returns members in a sorted set within a range of indexes in reverse order.")
    .deprecated("6.2.0", "`ZRANGE` with the `REV` argument");

fn zrevrange(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, form(By::Rank, true), reply)
}

/// What the commands by score and by name say about their time.
const COMPLEXITY: &str = "O(log(N)+M) with N being the number of elements in the sorted set and M \
    the number of elements being returned. If M is constant (e.g. always asking for the first 10 \
    elements with LIMIT), you can consider it O(log(N)).";

pub const ZRANGEBYSCORE: Command = Command::new("zrangebyscore", -4, zrangebyscore)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("1.0.5")
    .complexity(COMPLEXITY)
    .syntax("key min max [WITHSCORES] [LIMIT offset count]")
    .summary("Returns members in a sorted set within a range of scores.")
    .deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument");

fn zrangebyscore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, form(By::Score, false), reply)
}

pub const ZREVRANGEBYSCORE: Command = Command::new("zrevrangebyscore", -4, zrevrangebyscore)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.2.0")
    .complexity(COMPLEXITY)
    .syntax("key max min [WITHSCORES] [LIMIT offset count]")
    .summary("Returns members in a sorted set within a range of scores in reverse order.")
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments");

fn zrevrangebyscore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, form(By::Score, true), reply)
}

pub const ZRANGEBYLEX: Command = Command::new("zrangebylex", -4, zrangebylex)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.8.9")
    .complexity(COMPLEXITY)
    .syntax("key min max [LIMIT offset count]")
    .summary("Returns members in a sorted set within a lexicographical range.")
    .deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument");

fn zrangebylex(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, form(By::Name, false), reply)
}

pub const ZREVRANGEBYLEX: Command = Command::new("zrevrangebylex", -4, zrevrangebylex)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.8.9")
    .complexity(COMPLEXITY)
    .syntax("key max min [LIMIT offset count]")
    .summary("Returns members in a sorted set within a lexicographical range in reverse order.")
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments");

fn zrevrangebylex(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, form(By::Name, true), reply)
}

fn form(by: By, reverse: bool) -> Form {
    Form { by: Some(by), reverse: Some(reverse), stores: false }
}
