//! SADD.

use crate::commands::prelude::*;
use crate::types::set::Set;

pub const SADD: Command = Command::new("sadd", -3, sadd)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("set")
    .since("1.0.0")
    .complexity(
        "O(1) for each element added, so O(N) to add N elements when the command is called with \
         multiple arguments.",
    )
    .syntax("key member [member ...]")
    .summary("Adds one or more members to a set. Creates the key if it doesn't exist.");

fn sadd(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let limits = ctx.limits();
    let added = ctx.txn.update(key, true, |set: &mut Set| {
        if let Some(first) = args.peek() {
            set.expect(first, args.remaining(), &limits);
        }
        let added = args.filter(|member| set.insert(member, &limits)).count();
        (added, (added > 0).then_some(Event::set("sadd")))
    })?;
    reply.count(added.unwrap_or(0));
    Ok(())
}
