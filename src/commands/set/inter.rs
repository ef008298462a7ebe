//! SINTER, SINTERCARD, SINTERSTORE.

use super::operation::{self, Members, read_all};
use crate::commands::prelude::*;
use crate::types::set::Set;
use std::ptr;

pub const SINTER: Command = Command::new("sinter", -2, sinter)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::range(1, -1, 1, access::RO | access::ACCESS)])
    .group("set")
    .since("1.0.0")
    .complexity(COMPLEXITY)
    .syntax("key [key ...]")
    .summary("Returns the intersect of multiple sets.")
    .tips(&["nondeterministic_output_order"]);

const COMPLEXITY: &str =
    "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.";

fn sinter(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    operation::answer(ctx, args, reply, intersection)
}

pub const SINTERSTORE: Command = Command::new("sinterstore", -3, sinterstore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::SET)
    .keys(&[
        KeySpec::one(1, access::OW | access::UPDATE),
        KeySpec::range(2, -1, 1, access::RO | access::ACCESS),
    ])
    .group("set")
    .since("1.0.0")
    .complexity(COMPLEXITY)
    .syntax("destination key [key ...]")
    .summary("Stores the intersect of multiple sets in a key.");

fn sinterstore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    operation::store(ctx, args, reply, intersection, Event::set("sinterstore"))
}

pub const SINTERCARD: Command = Command::new("sintercard", -3, sintercard)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::counted(1, 1, access::RO | access::ACCESS)])
    .group("set")
    .since("7.0.0")
    .complexity(COMPLEXITY)
    .syntax("numkeys key [key ...] [LIMIT limit]")
    .summary("Returns the number of members of the intersect of multiple sets.");

fn sintercard(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let count = args.positive("numkeys should be greater than 0")?;
    if count > args.remaining() {
        return Err(Error::msg("Number of keys can't be greater than number of args"));
    }
    let keys = args.keys(count)?;
    let mut limit = 0;
    while !args.is_empty() {
        if args.remaining() < 2 || !args.word("limit") {
            return Err(Error::Syntax);
        }
        limit = args.nonnegative().map_err(|_| Error::msg("LIMIT can't be negative"))?;
    }
    let sets = read_all(&mut ctx.txn, &keys)?;
    let limit = if limit == 0 { usize::MAX } else { limit };
    reply.count(intersection(&sets).take(limit).count());
    Ok(())
}

/// Members that all sets have: those of the smallest that no other lacks, the next smallest
/// being asked first.
fn intersection<'s>(sets: &[Option<&'s Set>]) -> Members<'s> {
    let Some(mut sets) = sets.iter().copied().collect::<Option<Vec<&Set>>>() else {
        return Box::new(std::iter::empty());
    };
    sets.sort_by_key(|set| set.len());
    let Some(smallest) = sets.first().copied() else { return Box::new(std::iter::empty()) };
    sets.retain(|set| !ptr::eq(*set, smallest));
    let is_in_all = move |member: &_| sets.iter().all(|set| set.contains_element(*member));
    Box::new(smallest.iter().filter(is_in_all))
}
