//! HGET, HMGET, HEXISTS, HSTRLEN, HLEN: looking single fields up.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::hash::{Hash, Live};
use crate::types::listpack::Element;

/// The fields that a key has now; none if it is not there. What has expired is not among them,
/// whether it is still stored or not.
pub fn live<'t>(ctx: &'t mut Ctx<'_>, key: Key<'_>) -> Result<Option<Live<'t>>> {
    let horizon_ms = ctx.horizon_ms();
    Ok(ctx.txn.read::<Hash>(key)?.map(|hash| hash.at(horizon_ms)))
}

/// Writes a field's value, or null where there is no such field.
pub fn reply_value(reply: &mut Reply<'_>, value: Option<Element<'_>>) {
    match value {
        Some(value) => reply_element(reply, value),
        None => reply.null(),
    }
}

pub const HGET: Command = Command::new("hget", 3, hget)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(1)")
    .syntax("key field")
    .summary("Returns the value of a field in a hash.");

fn hget(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let field = args.bytes()?;
    let hash = live(ctx, key)?;
    reply_value(reply, hash.and_then(|hash| hash.get(field)));
    Ok(())
}

pub const HMGET: Command = Command::new("hmget", -3, hmget)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(N) where N is the number of fields being requested.")
    .syntax("key field [field ...]")
    .summary("Returns the values of all fields in a hash.");

fn hmget(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let hash = live(ctx, key)?;
    reply.array(args.remaining());
    for field in args {
        reply_value(reply, hash.and_then(|hash| hash.get(&field)));
    }
    Ok(())
}

pub const HEXISTS: Command = Command::new("hexists", 3, hexists)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(1)")
    .syntax("key field")
    .summary("Determines whether a field exists in a hash.");

fn hexists(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let field = args.bytes()?;
    let hash = live(ctx, key)?;
    reply.int(i64::from(hash.is_some_and(|hash| hash.contains(field))));
    Ok(())
}

pub const HSTRLEN: Command = Command::new("hstrlen", 3, hstrlen)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("hash")
    .since("3.2.0")
    .complexity("O(1)")
    .syntax("key field")
    .summary("Returns the length of the value of a field.");

fn hstrlen(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let field = args.bytes()?;
    let value = live(ctx, key)?.and_then(|hash| hash.get(field));
    reply.count(value.map_or(0, |value| value.len()));
    Ok(())
}

pub const HLEN: Command = Command::new("hlen", 2, hlen)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the number of fields in a hash.");

/// Redis counts what has expired until it is deleted; here it does not count.
fn hlen(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let hash = live(ctx, key)?;
    reply.count(hash.map_or(0, |hash| hash.len()));
    Ok(())
}
