//! SELECT, QUIT, RESET: the session's state.

use super::auth::DEFAULT_USER;
use crate::commands::prelude::*;
use crate::commands::pubsub::unsubscribe_all;
use crate::services::clients::flags;
use crate::services::config::params;
use crate::services::session::ReplyMode;
use crate::util::number;

pub const SELECT: Command = Command::new("select", 2, select)
    .flags(LOADING.or(STALE).or(FAST))
    .selects(|argv| number::parse_u64(argv.get(1)?).and_then(|db| db.try_into().ok()))
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("index")
    .summary("Changes the selected database.");

fn select(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let db = ctx.db_index(args.bytes()?)?;
    ctx.session.select(db);
    reply.ok();
    Ok(())
}

pub const QUIT: Command = Command::new("quit", -1, quit)
    .flags(
        Flags::ALLOW_BUSY
            .or(NOSCRIPT)
            .or(LOADING)
            .or(STALE)
            .or(FAST)
            .or(NO_AUTH)
            .or(Flags::AT_ONCE)
            .or(Flags::SUBSCRIBER),
    )
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("1.0.0")
    .complexity("O(1)")
    .summary("Closes the connection.")
    .deprecated("7.2.0", "just closing the connection");

fn quit(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.monitors.leave(&ctx.session.client);
    reply.ok();
    ctx.session.close();
    Ok(())
}

pub const RESET: Command = Command::new("reset", 1, reset)
    .flags(
        NOSCRIPT
            .or(LOADING)
            .or(STALE)
            .or(FAST)
            .or(NO_AUTH)
            .or(Flags::ALLOW_BUSY)
            .or(Flags::AT_ONCE)
            .or(Flags::SUBSCRIBER),
    )
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("6.2.0")
    .complexity("O(1)")
    .summary("Resets the connection.");

fn reset(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.monitors.leave(&ctx.session.client);
    // Delivers MONITOR's last lines too: none may come behind this reply.
    unsubscribe_all(ctx, reply);
    let needs_password = !ctx.engine.config.get(params::REQUIREPASS).is_empty();
    ctx.engine.tracking.switch_off(&ctx.session.client);
    let session = &mut *ctx.session;
    session.end_transaction(&ctx.engine.keyspace);
    session.select(0);
    session.set_resp3(false);
    session.authenticated = !needs_password;
    session.reply_mode = ReplyMode::On;
    session.client.set(flags::NO_EVICT | flags::NO_TOUCH, false);
    let mut labels = session.client.labels.lock();
    labels.name.clear();
    labels.user = DEFAULT_USER.to_vec();
    reply.set_resp3(false);
    reply.simple("RESET");
    Ok(())
}
