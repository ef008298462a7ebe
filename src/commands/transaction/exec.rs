//! EXEC.

use crate::commands::prelude::*;
use crate::engine::transaction;

pub const EXEC: Command = Command::new("exec", 1, exec)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(Flags::SKIP_SLOWLOG).or(Flags::AT_ONCE))
    .acl(Acl::TRANSACTION)
    .locks(Locks::Queue)
    .group("transactions")
    .since("1.2.0")
    .complexity("Depends on commands in the transaction")
    .summary("Executes all commands in a transaction.");

/// The shards of all queued commands' keys, and of the watched ones, are locked.
fn exec(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if ctx.session.queue.is_none() {
        return Err(Error::msg("EXEC without MULTI"));
    }
    let broken = ctx.session.watches.are_broken(&ctx.txn);
    let Some(queue) = ctx.session.end_transaction(&ctx.engine.keyspace) else { return Ok(()) };
    if queue.failed {
        let text = "EXECABORT Transaction discarded because of previous errors.";
        return Err(Error::coded(text));
    }
    match broken {
        true => reply.null_array(),
        false => transaction::run(ctx, &queue, reply),
    }
    Ok(())
}
