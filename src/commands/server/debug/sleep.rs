//! DEBUG SLEEP.

use super::Subcommand;
use crate::commands::prelude::*;
use crate::services::pause::PauseMode;
use crate::util::{clock, number};

pub const SLEEP: Subcommand = Subcommand::new("sleep", 1..=1, sleep);

/// Nobody is served until it is over: a CLIENT PAUSE whose own client waits too. So it ends no
/// sooner than a pause that is already on.
fn sleep(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    // As `strtod` has it, what is no number is 0.
    let seconds = number::parse_f64(args.bytes()?).unwrap_or(0.0);
    // Converting saturates: longer than the clock can tell is forever.
    let millis = (seconds * 1000.0).ceil() as i64;
    let engine = ctx.engine;
    let client = &ctx.session.client;
    let now_ms = clock::now_ms();
    engine.pause.begin(PauseMode::All, now_ms.saturating_add(millis), now_ms);
    engine.pause.wait(true, clock::now_ms, || client.is_killed() || engine.shutdown.is_ending());
    reply.ok();
    Ok(())
}
