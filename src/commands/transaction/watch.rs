//! WATCH, UNWATCH.

use crate::commands::prelude::*;
use std::sync::atomic::Ordering;

pub const WATCH: Command = Command::new("watch", -2, watch)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST).or(Flags::ALLOW_BUSY).or(Flags::AT_ONCE))
    .acl(Acl::TRANSACTION)
    .keys(&[KeySpec::range(1, -1, 1, access::RO)])
    .group("transactions")
    .since("2.2.0")
    .complexity("O(1) for every key.")
    .syntax("key [key ...]")
    .summary("Monitors changes to keys to determine the execution of a transaction.");

fn watch(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if ctx.session.queue.is_some() {
        return Err(Error::msg("WATCH inside MULTI is not allowed"));
    }
    while !args.is_empty() {
        let key = args.key()?;
        ctx.session.watches.add(&ctx.txn, key);
    }
    let watched = ctx.session.watches.len() as u32;
    ctx.session.client.watched.store(watched, Ordering::Relaxed);
    reply.ok();
    Ok(())
}

pub const UNWATCH: Command = Command::new("unwatch", 1, unwatch)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST).or(Flags::ALLOW_BUSY))
    .acl(Acl::TRANSACTION)
    .group("transactions")
    .since("2.2.0")
    .complexity("O(1)")
    .summary("Forgets about watched keys of a transaction.");

fn unwatch(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.session.unwatch(&ctx.engine.keyspace);
    reply.ok();
    Ok(())
}
