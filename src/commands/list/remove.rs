//! LREM.

use crate::commands::prelude::*;
use crate::types::list::List;

pub const LREM: Command = Command::new("lrem", 4, lrem)
    .flags(WRITE)
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE)])
    .group("list")
    .since("1.0.0")
    .complexity("O(N+M) where N is the length of the list and M is the number of elements removed.")
    .syntax("key count element")
    .summary("Removes elements from a list. Deletes the list if the last element was removed.");

fn lrem(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let count = args.signed_count()?;
    let element = args.bytes()?;
    let limits = ctx.limits();
    let removed = ctx.txn.update(key, false, |list: &mut List| {
        let removed = list.remove(count, element, &limits);
        (removed, (removed > 0).then_some(Event::list("lrem")))
    })?;
    reply.count(removed.unwrap_or(0));
    Ok(())
}
