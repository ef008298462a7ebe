//! GET, STRLEN: reading whole strings, and how a string is replied.

use crate::commands::prelude::*;

pub const GET: Command = Command::new("get", 2, get)
    .flags(READONLY.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the string value of a key.");

fn get(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    reply_string(ctx.txn.string(key)?, reply);
    Ok(())
}

/// A string or null.
pub fn reply_string(value: Option<Str<'_>>, reply: &mut Reply<'_>) {
    match value {
        Some(Str::Int(int)) => reply.bulk_int(int),
        Some(Str::Bytes(bytes)) => reply.bulk(bytes),
        Some(Str::Shared(bytes)) => reply.bulk(&**bytes),
        None => reply.null(),
    }
}

pub const STRLEN: Command = Command::new("strlen", 2, strlen)
    .flags(READONLY.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("string")
    .since("2.2.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the length of a string value.");

fn strlen(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let value = ctx.txn.string(args.key()?)?;
    reply.count(value.map_or(0, Str::len));
    Ok(())
}
