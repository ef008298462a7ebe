//! PFADD: observing elements.

use super::stored::{self, ADDED, corrupted};
use crate::commands::prelude::*;
use crate::types::hyperloglog::{Encoding, Observation, observe_dense};

pub const PFADD: Command = Command::new("pfadd", -2, pfadd)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HYPERLOGLOG)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("hyperloglog")
    .since("2.8.9")
    .complexity("O(1) to add every element.")
    .syntax("key [element [element ...]]")
    .summary("Adds elements to a HyperLogLog key. Creates the key if it doesn't exist.");

/// What the elements come to.
enum Change {
    Nothing,
    /// Dense registers are raised where they lie.
    InPlace,
    /// Everything that the key is to hold.
    Whole(Vec<u8>),
}

fn pfadd(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let observed = args.map(|element| Observation::of(&element));
    let sparse_max_bytes = stored::sparse_max_bytes(ctx);
    let change = stored::read(ctx.txn.peek(key), |hll| {
        if hll.is_some_and(|hll| hll.encoding() == Encoding::Dense) {
            return Ok(Change::InPlace);
        }
        let mut changed = hll.is_none();
        let mut draft = stored::draft(hll, sparse_max_bytes);
        for each in observed.clone() {
            changed |= draft.observe(each).map_err(corrupted)?;
        }
        Ok(if changed { Change::Whole(draft.finish()) } else { Change::Nothing })
    })?;
    let changed = match change {
        Change::Nothing => false,
        Change::InPlace => ctx.txn.update_string(key, 0, ADDED, |bytes| {
            let changed = observe_dense(bytes, observed);
            (changed, changed)
        })?,
        Change::Whole(bytes) => {
            stored::store(ctx, key, &bytes, ADDED);
            true
        }
    };
    reply.int(i64::from(changed));
    Ok(())
}
