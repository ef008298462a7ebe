//! ZRANGE, ZRANGESTORE.

use super::members::store;
use super::query::{Form, Query};
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;

pub const ZRANGE: Command = Command::new("zrange", -4, zrange)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("1.2.0")
    .complexity(
        "O(log(N)+M) with N being the number of elements in the sorted set and M the number of \
         elements returned.",
    )
    .syntax("key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]")
    .summary("Returns members in a sorted set within a range of indexes.");

fn zrange(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    answer(ctx, args, Form::default(), reply)
}

/// Answers with the members that a command of this form asks for.
pub fn answer(ctx: &mut Ctx<'_>, mut args: Args<'_>, form: Form, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let query = Query::parse(form, &mut args)?;
    match ctx.txn.read::<SortedSet>(key)? {
        Some(zset) => query.answer(zset, reply),
        None => reply.array(0),
    }
    Ok(())
}

pub const ZRANGESTORE: Command = Command::new("zrangestore", -5, zrangestore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::SORTED_SET)
    .keys(&[
        KeySpec::one(1, access::OW | access::UPDATE),
        KeySpec::one(2, access::RO | access::ACCESS),
    ])
    .group("sorted-set")
    .since("6.2.0")
    .complexity(
        "O(log(N)+M) with N being the number of elements in the sorted set and M the number of \
         elements stored into the destination key.",
    )
    .syntax("dst src min max [BYSCORE|BYLEX] [REV] [LIMIT offset count]")
    .summary("Stores a range of members from sorted set in a key.");

fn zrangestore(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (destination, source) = (args.key()?, args.key()?);
    let query = Query::parse(Form { stores: true, ..Form::default() }, &mut args)?;
    let limits = ctx.limits();
    let mut range = SortedSet::default();
    if let Some(zset) = ctx.txn.read::<SortedSet>(source)? {
        let ranks = query.ranks(zset);
        range.expect(ranks.len(), &limits);
        for (name, score) in zset.range(ranks) {
            range.insert(&name.to_bytes(), score, &limits);
        }
    }
    store(ctx, destination, range, Event::zset("zrangestore"), reply);
    Ok(())
}
