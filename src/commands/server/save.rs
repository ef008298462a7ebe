//! SAVE, BGSAVE, BGREWRITEAOF: the handlers only knock, the saver does it.

use crate::commands::prelude::*;
use crate::engine::ctx::Turn;
use crate::engine::saving::{Begun, Cancelled, Work};

pub const SAVE: Command = Command::new("save", 1, save)
    .flags(ADMIN.or(NOSCRIPT).or(Flags::NO_ASYNC_LOADING).or(Flags::NO_MULTI).or(Flags::WAITS))
    .group("server")
    .since("1.0.0")
    .complexity("O(N) where N is the total number of keys in all databases")
    .summary("Synchronously saves the database(s) to disk.");

/// Its client waits; nobody else does.
fn save(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    match ctx.engine.saving.wait_for(Work::Save)? {
        Ok(()) => reply.ok(),
        // Why is in the log.
        Err(_) => return Err(Error::coded("ERR")),
    }
    Ok(())
}

pub const BGSAVE: Command = Command::new("bgsave", -1, bgsave)
    .flags(ADMIN.or(NOSCRIPT).or(Flags::NO_ASYNC_LOADING))
    .group("server")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("[SCHEDULE|CANCEL]")
    .summary("Asynchronously saves the database(s) to disk.");

fn bgsave(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut schedule = false;
    if !args.is_empty() {
        match args.keyword().as_str() {
            "schedule" if args.is_empty() => schedule = true,
            "cancel" if args.is_empty() => return cancel(ctx, reply),
            _ => return Err(Error::Syntax),
        }
    }
    let saving = &ctx.engine.saving;
    let begun = match ctx.turn {
        // A transaction may hold the locks that a snapshot needs.
        Turn::Only => saving.schedule_save(),
        _ => saving.save_in_background(ctx.now_ms(), schedule),
    };
    match begun? {
        Begun::Now => reply.simple("Background saving started"),
        Begun::Later => {
            ctx.engine.log.notice("Background saving scheduled due to user request");
            reply.simple("Background saving scheduled");
        }
    }
    Ok(())
}

fn cancel(ctx: &Ctx<'_>, reply: &mut Reply<'_>) -> Result {
    let log = &ctx.engine.log;
    match ctx.engine.saving.cancel_background() {
        Some(Cancelled::Running) => {
            log.notice("Background saving will be aborted due to user request");
            reply.simple("Background saving cancelled");
        }
        Some(Cancelled::Scheduled) => {
            log.notice("Scheduled background saving will be cancelled due to user request");
            reply.simple("Scheduled background saving cancelled");
        }
        None => {
            let text = "Background saving is currently not in progress or scheduled";
            return Err(Error::msg(text));
        }
    }
    Ok(())
}

pub const BGREWRITEAOF: Command = Command::new("bgrewriteaof", 1, bgrewriteaof)
    .flags(ADMIN.or(NOSCRIPT).or(Flags::NO_ASYNC_LOADING))
    .group("server")
    .since("1.0.0")
    .complexity("O(1)")
    .summary("Asynchronously rewrites the append-only file to disk.");

fn bgrewriteaof(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let saving = &ctx.engine.saving;
    let begun = match ctx.turn {
        Turn::Only => saving.schedule_rewrite(),
        _ => saving.rewrite_in_background(ctx.now_ms()),
    };
    match begun? {
        Begun::Now => reply.simple("Background append only file rewriting started"),
        Begun::Later => {
            ctx.engine.log.notice("Background append only file rewriting scheduled.");
            reply.simple("Background append only file rewriting scheduled");
        }
    }
    Ok(())
}
