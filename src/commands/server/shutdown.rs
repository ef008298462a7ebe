//! SHUTDOWN.

use crate::commands::prelude::*;
use crate::engine::shutdown::Request;

pub const SHUTDOWN: Command = Command::new("shutdown", -1, shutdown)
    .flags(
        ADMIN
            .or(NOSCRIPT)
            .or(LOADING)
            .or(STALE)
            .or(Flags::NO_MULTI)
            .or(Flags::ALLOW_BUSY)
            .or(Flags::WAITS),
    )
    .group("server")
    .since("1.0.0")
    .complexity(
        "O(N) when saving, where N is the total number of keys in all databases when saving \
         data, otherwise O(1)",
    )
    .syntax("[<[NOSAVE|SAVE] [NOW] [FORCE]|ABORT>]")
    .summary("Synchronously saves the database(s) to disk and shuts down the Redis server.");

/// Replies only if the server goes on: the process ends while this waits.
fn shutdown(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut request = Request::default();
    let mut abort = false;
    while !args.is_empty() {
        match args.keyword().as_str() {
            "nosave" if request.save != Some(true) => request.save = Some(false),
            "save" if request.save != Some(false) => request.save = Some(true),
            "now" => request.now = true,
            "force" => request.force = true,
            "abort" => abort = true,
            _ => return Err(Error::Syntax),
        }
    }
    if abort {
        if request != Request::default() {
            return Err(Error::Syntax);
        }
        return self::abort(ctx, reply);
    }
    if ctx.engine.persistence.loading.is_on() {
        // A data set that is half loaded must not replace the file it comes from.
        request.save = Some(false);
    }
    ctx.engine.shutdown.knock_and_wait(request);
    Err(Error::msg("Errors trying to SHUTDOWN. Check logs."))
}

/// Takes back a shutdown that still waits, so that the one who asked for it is answered.
fn abort(ctx: &mut Ctx<'_>, reply: &mut Reply<'_>) -> Result {
    if !ctx.engine.shutdown.abort() {
        return Err(Error::msg("No shutdown in progress."));
    }
    reply.ok();
    Ok(())
}
