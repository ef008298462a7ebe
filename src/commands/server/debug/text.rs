//! DEBUG ERROR, LOG, STRINGMATCH-LEN.

use super::Subcommand;
use crate::commands::prelude::*;
use crate::services::config::params;
use crate::util::glob;

pub const ERROR: Subcommand = Subcommand::new("error", 1..=1, error);

fn error(_: &mut Ctx<'_>, mut args: Args<'_>, _: &mut Reply<'_>) -> Result {
    Err(Error::coded(String::from_utf8_lossy(args.bytes()?).into_owned()))
}

pub const LOG: Subcommand = Subcommand::new("log", 1..=1, log);

fn log(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let message = String::from_utf8_lossy(args.bytes()?);
    ctx.engine.log.warning(format!("DEBUG LOG: {message}"));
    reply.ok();
    Ok(())
}

pub const STRINGMATCH_LEN: Subcommand = Subcommand::new("stringmatch-len", 2..=2, stringmatch_len);

/// How long a pattern takes with a long string: matches `<len>` times the letter `a`.
fn stringmatch_len(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let len = args.nonnegative()?;
    let pattern = args.bytes()?;
    if len > ctx.engine.config.size(params::PROTO_MAX_BULK_LEN) {
        return Err(Error::StringTooLong);
    }
    reply.int(glob::matches(pattern, &vec![b'a'; len]).into());
    Ok(())
}
