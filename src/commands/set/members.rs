//! SCARD, SISMEMBER, SMISMEMBER, SMEMBERS: what a set holds.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::set::Set;

pub const SCARD: Command = Command::new("scard", 2, scard)
    .flags(READONLY.or(FAST))
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("set")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the number of members in a set.");

fn scard(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let set = ctx.txn.read::<Set>(args.key()?)?;
    reply.count(set.map_or(0, Set::len));
    Ok(())
}

pub const SISMEMBER: Command = Command::new("sismember", 3, sismember)
    .flags(READONLY.or(FAST))
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("set")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key member")
    .summary("Determines whether a member belongs to a set.");

fn sismember(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let set = ctx.txn.read::<Set>(args.key()?)?;
    let member = args.bytes()?;
    reply.int(i64::from(set.is_some_and(|set| set.contains(member))));
    Ok(())
}

pub const SMISMEMBER: Command = Command::new("smismember", -3, smismember)
    .flags(READONLY.or(FAST))
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("set")
    .since("6.2.0")
    .complexity("O(N) where N is the number of elements being checked for membership")
    .syntax("key member [member ...]")
    .summary("Determines whether multiple members belong to a set.");

fn smismember(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let set = ctx.txn.read::<Set>(args.key()?)?;
    reply.array(args.remaining());
    for member in args {
        reply.int(i64::from(set.is_some_and(|set| set.contains(&member))));
    }
    Ok(())
}

pub const SMEMBERS: Command = Command::new("smembers", 2, smembers)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("set")
    .since("1.0.0")
    .complexity("O(N) where N is the set cardinality.")
    .syntax("key")
    .summary("Returns all members of a set.")
    .tips(&["nondeterministic_output_order"]);

fn smembers(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    match ctx.txn.read::<Set>(args.key()?)? {
        Some(set) => reply_members(set, reply),
        None => reply.set(0),
    }
    Ok(())
}

/// Writes all members of a set.
pub fn reply_members(set: &Set, reply: &mut Reply<'_>) {
    reply.set(set.len());
    set.iter().for_each(|member| reply_element(reply, member));
}
