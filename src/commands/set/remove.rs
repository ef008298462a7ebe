//! SREM.

use crate::commands::prelude::*;
use crate::types::set::Set;

pub const SREM: Command = Command::new("srem", -3, srem)
    .flags(WRITE.or(FAST))
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE)])
    .group("set")
    .since("1.0.0")
    .complexity("O(N) where N is the number of members to be removed.")
    .syntax("key member [member ...]")
    .summary(
        "Removes one or more members from a set. Deletes the set if the last member was removed.",
    );

fn srem(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let removed = ctx.txn.update(key, false, |set: &mut Set| {
        let removed = args.filter(|member| set.remove(member)).count();
        (removed, (removed > 0).then_some(Event::set("srem")))
    })?;
    reply.count(removed.unwrap_or(0));
    Ok(())
}
