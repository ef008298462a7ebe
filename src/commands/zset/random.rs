//! ZRANDMEMBER.

use super::members::{Scores, reply_members};
use crate::commands::element::reply_element;
use crate::commands::picks::Picks;
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;
use crate::util::random;
use std::iter;

pub const ZRANDMEMBER: Command = Command::new("zrandmember", -2, zrandmember)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("6.2.0")
    .complexity("O(N) where N is the number of members returned")
    .syntax("key [count [WITHSCORES]]")
    .summary("Returns one or more random members from a sorted set.")
    .tips(&["nondeterministic_output"]);

fn zrandmember(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    if args.is_empty() {
        let zset = ctx.txn.read::<SortedSet>(key)?;
        match zset.and_then(|zset| zset.random(&mut random::next)) {
            Some((name, _)) => reply_element(reply, name),
            None => reply.null(),
        }
        return Ok(());
    }
    let (picks, with_scores) = Picks::parse(&mut args, Some("withscores"))?;
    let scores = Scores::with(with_scores, reply);
    match ctx.txn.read::<SortedSet>(key)? {
        Some(zset) => answer(zset, picks, scores, reply),
        None => reply.array(0),
    }
    Ok(())
}

fn answer(zset: &SortedSet, picks: Picks, scores: Scores, reply: &mut Reply<'_>) {
    match picks {
        Picks::Distinct(count) if count >= zset.len() => {
            reply_members(reply, scores, zset.len(), zset.iter());
        }
        Picks::Distinct(count) => {
            let ranks = random::sample(count, zset.len());
            let members = ranks.into_iter().filter_map(|rank| zset.get(rank));
            reply_members(reply, scores, count, members);
        }
        Picks::Repeated(count) => {
            let members = iter::from_fn(|| zset.random(&mut random::next)).take(count);
            reply_members(reply, scores, count, members);
        }
    }
}
