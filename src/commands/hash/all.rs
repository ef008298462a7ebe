//! HGETALL, HKEYS, HVALS: a hash as a whole.

use super::get::live;
use crate::commands::element::reply_element;
use crate::commands::prelude::*;

pub const HGETALL: Command = Command::new("hgetall", 2, hgetall)
    .flags(READONLY)
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(N) where N is the size of the hash.")
    .syntax("key")
    .summary("Returns all fields and values in a hash.")
    .tips(&["nondeterministic_output_order"]);

fn hgetall(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let Some(hash) = live(ctx, key)? else {
        reply.map(0);
        return Ok(());
    };
    reply.map(hash.len());
    for (field, value, _) in hash.iter() {
        reply_element(reply, field);
        reply_element(reply, value);
    }
    Ok(())
}

pub const HKEYS: Command = Command::new("hkeys", 2, hkeys)
    .flags(READONLY)
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(N) where N is the size of the hash.")
    .syntax("key")
    .summary("Returns all fields in a hash.")
    .tips(&["nondeterministic_output_order"]);

fn hkeys(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let Some(hash) = live(ctx, key)? else {
        reply.array(0);
        return Ok(());
    };
    reply.array(hash.len());
    hash.iter().for_each(|(field, ..)| reply_element(reply, field));
    Ok(())
}

pub const HVALS: Command = Command::new("hvals", 2, hvals)
    .flags(READONLY)
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(N) where N is the size of the hash.")
    .syntax("key")
    .summary("Returns all values in a hash.")
    .tips(&["nondeterministic_output_order"]);

fn hvals(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let Some(hash) = live(ctx, key)? else {
        reply.array(0);
        return Ok(());
    };
    reply.array(hash.len());
    hash.iter().for_each(|(_, value, _)| reply_element(reply, value));
    Ok(())
}
