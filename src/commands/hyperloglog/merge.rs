//! PFMERGE: the union of several HyperLogLogs.

use super::stored::{self, ADDED, corrupted};
use crate::commands::prelude::*;
use crate::types::hyperloglog::{Encoding, REGISTERS};

pub const PFMERGE: Command = Command::new("pfmerge", -2, pfmerge)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::HYPERLOGLOG)
    .keys(&[
        KeySpec::one(1, access::RW | access::ACCESS | access::INSERT),
        KeySpec::range(2, -1, 1, access::RO | access::ACCESS),
    ])
    .group("hyperloglog")
    .since("2.8.9")
    .complexity("O(N) to merge N HyperLogLogs, but with high constant times.")
    .syntax("destkey [sourcekey [sourcekey ...]]")
    .summary("Merges one or more HyperLogLog values into a single key.");

fn pfmerge(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut all = args;
    let destination = args.key()?;
    let (mut registers, mut dense) = ([0; REGISTERS], false);
    while !all.is_empty() {
        stored::read(ctx.txn.get(all.key()?), |hll| {
            let Some(hll) = hll else { return Ok(()) };
            dense |= hll.encoding() == Encoding::Dense;
            hll.merge_into(&mut registers).map_err(corrupted)
        })?;
    }
    let sparse_max_bytes = stored::sparse_max_bytes(ctx);
    let merged = stored::read(ctx.txn.peek(destination), |hll| {
        let mut draft = stored::draft(hll, sparse_max_bytes);
        draft.merge(&registers, dense).map_err(corrupted)?;
        Ok(draft.finish())
    })?;
    stored::store(ctx, destination, &merged, ADDED);
    reply.ok();
    Ok(())
}
