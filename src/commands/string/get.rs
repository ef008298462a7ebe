//! GET and its like: reading whole strings.

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
