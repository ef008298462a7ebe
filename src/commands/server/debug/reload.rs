//! DEBUG RELOAD, LOADAOF: the data set goes through a file and comes back. The saver does it.

use super::Subcommand;
use crate::commands::prelude::*;
use crate::engine::saving::{Reload, Work};

pub const RELOAD: Subcommand = Subcommand::new("reload", 0..=3, reload);

fn reload(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut how = Reload::default();
    while !args.is_empty() {
        match args.keyword().as_str() {
            "nosave" => how.no_save = true,
            "noflush" => how.no_flush = true,
            "merge" => how.merge = true,
            _ => {
                let text = "DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.";
                return Err(Error::msg(text));
            }
        }
    }
    has_done(ctx, Work::Reload(how), "Error trying to load the RDB dump, check server logs.")?;
    reply.ok();
    Ok(())
}

pub const LOADAOF: Subcommand = Subcommand::new("loadaof", 0..=0, loadaof);

fn loadaof(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    has_done(ctx, Work::LoadAof, "Error trying to load the AOF files, check server logs.")?;
    reply.ok();
    Ok(())
}

/// Waits for the saver, which needs every lock for itself.
fn has_done(ctx: &Ctx<'_>, work: Work, complaint: &'static str) -> Result {
    if ctx.txn.holds_locks() {
        return Err(Error::msg("This is not possible in a transaction that uses keys"));
    }
    ctx.engine.saving.wait_for(work)?.map_err(|_| Error::msg(complaint))
}
