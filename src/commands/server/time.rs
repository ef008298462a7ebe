//! TIME, LASTSAVE.

use crate::commands::prelude::*;
use crate::util::clock;

pub const TIME: Command = Command::new("time", 1, time)
    .flags(LOADING.or(STALE).or(FAST))
    .group("server")
    .since("2.6.0")
    .complexity("O(1)")
    .summary("Returns the server time.")
    .tips(&["nondeterministic_output"]);

fn time(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let now_us = clock::now_us();
    reply.array(2);
    reply.bulk_int(now_us.div_euclid(1_000_000));
    reply.bulk_int(now_us.rem_euclid(1_000_000));
    Ok(())
}

pub const LASTSAVE: Command = Command::new("lastsave", 1, lastsave)
    .flags(LOADING.or(STALE).or(FAST))
    .acl(Acl::ADMIN.or(Acl::DANGEROUS))
    .group("server")
    .since("1.0.0")
    .complexity("O(1)")
    .summary("Returns the Unix timestamp of the last successful save to disk.")
    .tips(&["nondeterministic_output"]);

fn lastsave(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.int(ctx.engine.saving.figures().last_save_s);
    Ok(())
}
