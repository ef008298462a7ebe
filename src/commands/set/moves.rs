//! SMOVE.

use crate::commands::prelude::*;
use crate::types::set::Set;

pub const SMOVE: Command = Command::new("smove", 4, smove)
    .flags(WRITE.or(FAST))
    .acl(Acl::SET)
    .keys(&[
        KeySpec::one(1, access::RW | access::ACCESS | access::DELETE),
        KeySpec::one(2, access::RW | access::INSERT),
    ])
    .group("set")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("source destination member")
    .summary("Moves a member from one set to another.");

fn smove(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (from, to) = (args.key()?, args.key()?);
    let member = args.bytes()?;
    let Some(source) = set_at(ctx, from)? else {
        // Nothing can come from here, so the destination may hold anything.
        reply.int(0);
        return Ok(());
    };
    let is_there = source.contains(member);
    set_at(ctx, to)?;
    if is_there && from.name != to.name {
        carry(ctx, from, to, member)?;
    }
    reply.int(i64::from(is_there));
    Ok(())
}

/// The set to be changed at a key; to look is not to use it yet.
fn set_at<'t>(ctx: &'t Ctx<'_>, key: Key<'_>) -> Result<Option<&'t Set>> {
    ctx.txn.peek(key).map(|entry| entry.get::<Set>().ok_or(Error::WrongType)).transpose()
}

/// Takes a member from one set to another.
fn carry(ctx: &mut Ctx<'_>, from: Key<'_>, to: Key<'_>, member: &[u8]) -> Result {
    let limits = ctx.limits();
    ctx.txn.update(from, false, |set: &mut Set| {
        let removed = set.remove(member);
        ((), removed.then_some(Event::set("srem")))
    })?;
    ctx.txn.update(to, true, |set: &mut Set| {
        let added = set.insert(member, &limits);
        ((), added.then_some(Event::set("sadd")))
    })?;
    Ok(())
}
