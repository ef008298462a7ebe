//! EXISTS, TOUCH, TYPE: asking about keys without asking for their values.

use crate::commands::prelude::*;

pub const EXISTS: Command = Command::new("exists", -2, exists)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::range(1, -1, 1, access::RO)])
    .since("1.0.0")
    .complexity("O(N) where N is the number of keys to check.")
    .syntax("key [key ...]")
    .summary("Determines whether one or more keys exist.")
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]);

fn exists(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut found = 0;
    while !args.is_empty() {
        found += usize::from(ctx.txn.observe(args.key()?).is_some());
    }
    reply.count(found);
    Ok(())
}

pub const TOUCH: Command = Command::new("touch", -2, touch)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::range(1, -1, 1, access::RO)])
    .since("3.2.1")
    .complexity("O(N) where N is the number of keys that will be touched.")
    .syntax("key [key ...]")
    .summary(
        "Returns the number of existing keys out of those specified after updating the time \
         they were last accessed.",
    )
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]);

fn touch(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    // This is what a client that does not touch by the way (CLIENT NO-TOUCH) asks for expressly.
    ctx.txn.set_touches(true);
    let mut found = 0;
    while !args.is_empty() {
        found += usize::from(ctx.txn.get(args.key()?).is_some());
    }
    reply.count(found);
    Ok(())
}

pub const TYPE: Command = Command::new("type", 2, kind)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RO)])
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Determines the type of value stored at a key.");

fn kind(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let entry = ctx.txn.observe(args.key()?);
    reply.simple(entry.map_or("none", |entry| entry.kind().name()));
    Ok(())
}
