//! PFCOUNT: how many different elements there were, in one HyperLogLog or in several together.

use super::stored::{self, corrupted};
use crate::commands::prelude::*;
use crate::types::hyperloglog::{self, REGISTERS};

/// One HyperLogLog keeps its count until it changes, which makes the next PFCOUNT O(1). The
/// count is in its bytes, so that this command, which only reads by its flags, has to lock its
/// keys exclusively ([`Flags::KEEPS`]).
pub const PFCOUNT: Command = Command::new("pfcount", -2, pfcount)
    .flags(READONLY.or(Flags::KEEPS))
    .acl(Acl::HYPERLOGLOG)
    .keys(&[KeySpec::range(1, -1, 1, access::RW | access::ACCESS).notes(
        "RW because it may change the internal representation of the key, and propagate to replicas",
    )])
    .group("hyperloglog")
    .since("2.8.9")
    .complexity(
        "O(1) with a very small average constant time when called with a single key. O(N) with N \
         being the number of keys, and much bigger constant times, when called with multiple keys.",
    )
    .syntax("key [key ...]")
    .summary(
        "Returns the approximated cardinality of the set(s) observed by the HyperLogLog key(s).",
    );

fn pfcount(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let count =
        if args.remaining() == 1 { count_one(ctx, args.key()?) } else { count_all(ctx, args) };
    // As in Redis, registers that no elements make give a negative number.
    reply.int(count?.cast_signed());
    Ok(())
}

fn count_one(ctx: &mut Ctx<'_>, key: Key<'_>) -> Result<u64> {
    let (count, is_new) = stored::read(ctx.txn.get(key), |hll| {
        let Some(hll) = hll else { return Ok((0, false)) };
        Ok(match hll.cached_count() {
            Some(count) => (count, false),
            None => (hll.count().map_err(corrupted)?, true),
        })
    })?;
    if is_new {
        ctx.txn.update_string(key, 0, Event::SILENT, |bytes| {
            (hyperloglog::cache_count(bytes, count), true)
        })?;
    }
    Ok(count)
}

fn count_all(ctx: &mut Ctx<'_>, mut args: Args<'_>) -> Result<u64> {
    let mut registers = [0; REGISTERS];
    while !args.is_empty() {
        stored::read(ctx.txn.get(args.key()?), |hll| match hll {
            Some(hll) => hll.merge_into(&mut registers).map_err(corrupted),
            None => Ok(()),
        })?;
    }
    Ok(hyperloglog::count(&registers))
}
