//! MULTI, DISCARD.

use crate::commands::prelude::*;

pub const MULTI: Command = Command::new("multi", 1, multi)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST).or(Flags::ALLOW_BUSY).or(Flags::AT_ONCE))
    .acl(Acl::TRANSACTION)
    .group("transactions")
    .since("1.2.0")
    .complexity("O(1)")
    .summary("Starts a transaction.");

fn multi(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if ctx.session.queue.is_some() {
        return Err(Error::msg("MULTI calls can not be nested"));
    }
    ctx.session.begin_transaction();
    reply.ok();
    Ok(())
}

pub const DISCARD: Command = Command::new("discard", 1, discard)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST).or(Flags::ALLOW_BUSY).or(Flags::AT_ONCE))
    .acl(Acl::TRANSACTION)
    .group("transactions")
    .since("2.0.0")
    .complexity("O(N), when N is the number of queued commands")
    .summary("Discards a transaction.");

fn discard(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if ctx.session.queue.is_none() {
        return Err(Error::msg("DISCARD without MULTI"));
    }
    ctx.session.end_transaction(&ctx.engine.keyspace);
    reply.ok();
    Ok(())
}
