//! HDEL: taking fields away.

use crate::commands::prelude::*;
use crate::types::hash::Hash;

pub const HDEL: Command = Command::new("hdel", -3, hdel)
    .flags(WRITE.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(N) where N is the number of fields to be removed.")
    .syntax("key field [field ...]")
    .summary(
        "Deletes one or more fields and their values from a hash. Deletes the hash if no fields \
         remain.",
    );

fn hdel(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let removed = ctx.txn.update(key, false, |hash: &mut Hash| {
        let removed = args.filter(|field| hash.remove(field)).count();
        (removed, (removed > 0).then_some(Event::hash("hdel")))
    })?;
    reply.count(removed.unwrap_or(0));
    Ok(())
}
