//! DEBUG SET-ACTIVE-EXPIRE, PAUSE-CRON, SET-DISABLE-DENY-SCRIPTS, QUICKLIST-PACKED-THRESHOLD,
//! CHANGE-REPL-ID: what can be changed about the running server.

use super::Subcommand;
use crate::commands::prelude::*;
use crate::services::config;
use crate::util::{number, random};
use std::sync::atomic::Ordering;

pub const SET_ACTIVE_EXPIRE: Subcommand =
    Subcommand::new("set-active-expire", 1..=1, set_active_expire);

fn set_active_expire(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.debug.reaper_on.store(is_on(&mut args)?, Ordering::Relaxed);
    reply.ok();
    Ok(())
}

pub const PAUSE_CRON: Subcommand = Subcommand::new("pause-cron", 1..=1, pause_cron);

fn pause_cron(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.debug.housekeeping_on.store(!is_on(&mut args)?, Ordering::Relaxed);
    reply.ok();
    Ok(())
}

pub const SET_DISABLE_DENY_SCRIPTS: Subcommand =
    Subcommand::new("set-disable-deny-scripts", 1..=1, set_disable_deny_scripts);

fn set_disable_deny_scripts(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
) -> Result {
    ctx.engine.debug.scripts_unrestricted.store(is_on(&mut args)?, Ordering::Relaxed);
    reply.ok();
    Ok(())
}

pub const QUICKLIST_PACKED_THRESHOLD: Subcommand =
    Subcommand::new("quicklist-packed-threshold", 1..=1, quicklist_packed_threshold);

/// A list's element may not be larger than this: its node's length has 32 bits.
const PLAIN_BYTES_MAX: u64 = (1 << 32) - (1 << 20);

fn quicklist_packed_threshold(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
) -> Result {
    let bytes = config::parse_bytes(args.bytes()?)
        .filter(|bytes| *bytes <= PLAIN_BYTES_MAX)
        .and_then(|bytes| usize::try_from(bytes).ok());
    let Some(bytes) = bytes else {
        let text = "argument must be a memory value bigger than 1 and smaller than 4gb";
        return Err(Error::msg(text));
    };
    ctx.engine.debug.list_plain_bytes.store(bytes, Ordering::Relaxed);
    reply.ok();
    Ok(())
}

pub const CHANGE_REPL_ID: Subcommand = Subcommand::new("change-repl-id", 0..=0, change_repl_id);

fn change_repl_id(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.log.notice("Changing replication IDs after receiving change-repl-id");
    let id = &ctx.engine.identity.replication_id;
    *id.lock() = random::hex(40);
    reply.ok();
    Ok(())
}

/// A switch's position. As `atoi` has it, what is no number is 0.
fn is_on(args: &mut Args<'_>) -> Result<bool> {
    Ok(number::parse_i64(args.bytes()?).unwrap_or(0) != 0)
}
