//! CLIENT PAUSE, UNPAUSE, REPLY, NO-EVICT, NO-TOUCH, UNBLOCK: how clients are served.

use super::subcommand;
use crate::commands::prelude::*;
use crate::engine::blocking::State;
use crate::services::clients::flags;
use crate::services::pause::PauseMode;
use crate::services::session::ReplyMode;
use crate::util::clock;

pub const PAUSE: Command = subcommand("pause", -3, pause)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .since("3.0.0")
    .syntax("timeout [WRITE|ALL]")
    .summary("Suspends commands processing.");

fn pause(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let unreadable = || Error::msg("timeout is not an integer or out of range");
    let timeout_ms = args.int().map_err(|_| unreadable())?;
    if timeout_ms < 0 {
        return Err(Error::msg("timeout is negative"));
    }
    let mode = match args.keyword().as_str() {
        "" => PauseMode::All,
        "write" => PauseMode::Write,
        "all" => PauseMode::All,
        _ => return Err(Error::msg("CLIENT PAUSE mode must be WRITE or ALL")),
    };
    args.finish()?;
    let now_ms = clock::now_ms();
    let until_ms = now_ms.checked_add(timeout_ms).ok_or_else(unreadable)?;
    ctx.engine.pause.begin(mode, until_ms, now_ms);
    reply.ok();
    Ok(())
}

pub const UNPAUSE: Command = subcommand("unpause", 2, unpause)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .since("6.2.0")
    .complexity("O(N) Where N is the number of paused clients")
    .summary("Resumes processing commands from paused clients.");

fn unpause(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.pause.end();
    reply.ok();
    Ok(())
}

pub const REPLY: Command = subcommand("reply", 3, set_reply)
    .since("3.2.0")
    .syntax("<ON|OFF|SKIP>")
    .summary("Instructs the server whether to reply to commands.");

fn set_reply(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    match args.keyword().as_str() {
        "on" => {
            ctx.session.reply_mode = ReplyMode::On;
            reply.ok();
        }
        "off" => ctx.session.reply_mode = ReplyMode::Off,
        "skip" if ctx.session.reply_mode == ReplyMode::On => {
            ctx.session.reply_mode = ReplyMode::SkipNext;
        }
        "skip" => {}
        _ => return Err(Error::Syntax),
    }
    Ok(())
}

pub const NO_EVICT: Command = subcommand("no-evict", 3, no_evict)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .since("7.0.0")
    .syntax("<ON|OFF>")
    .summary("Sets the client eviction mode of the connection.");

fn no_evict(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    switch(ctx, flags::NO_EVICT, args, reply)
}

pub const NO_TOUCH: Command = subcommand("no-touch", 3, no_touch)
    .since("7.2.0")
    .syntax("<ON|OFF>")
    .summary("Controls whether commands sent by the client affect the LRU/LFU of accessed keys.");

fn no_touch(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    switch(ctx, flags::NO_TOUCH, args, reply)
}

fn switch(ctx: &mut Ctx<'_>, flag: u32, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let on = match args.keyword().as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(Error::Syntax),
    };
    ctx.session.client.set(flag, on);
    reply.ok();
    Ok(())
}

pub const UNBLOCK: Command = subcommand("unblock", -3, unblock)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .since("5.0.0")
    .complexity("O(log N) where N is the number of client connections")
    .syntax("client-id [TIMEOUT|ERROR]")
    .summary("Unblocks a client blocked by a blocking command from a different connection.");

fn unblock(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let id = args.int()?;
    let by_error = match args.keyword().as_str() {
        "" | "timeout" => false,
        "error" => true,
        _ => return Err(Error::msg("CLIENT UNBLOCK reason should be TIMEOUT or ERROR")),
    };
    args.finish()?;
    let waiter = u64::try_from(id).ok().and_then(|id| ctx.engine.waiting.of_client(id));
    let unblocked = waiter.is_some_and(|waiter| waiter.end(State::Unblocked { by_error }));
    reply.int(i64::from(unblocked));
    Ok(())
}
