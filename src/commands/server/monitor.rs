//! MONITOR: from now on the client is shown every command.

use crate::commands::prelude::*;
use crate::engine::ctx::Turn;
use crate::services::clients::flags;

pub const MONITOR: Command = Command::new("monitor", 1, monitor)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .group("server")
    .since("1.0.0")
    .complexity("O(1)")
    .summary("Listens for all requests received by the server in real-time.");

/// Who watches already gets no reply.
fn monitor(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if ctx.turn == Turn::Only {
        return Err(Error::msg("MONITOR isn't allowed for DENY BLOCKING client"));
    }
    let client = &ctx.session.client;
    if client.has(flags::MONITOR) {
        return Ok(());
    }
    client.open_outbox(&ctx.engine.stats);
    ctx.engine.monitors.join(client);
    reply.ok();
    Ok(())
}
