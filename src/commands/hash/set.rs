//! HSET, HMSET, HSETNX: giving fields values.

use crate::commands::prelude::*;
use crate::types::hash::Hash;

pub const HSET: Command = Command::new("hset", -4, hset)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("2.0.0")
    .complexity(
        "O(1) for each field/value pair added, so O(N) to add N field/value pairs when the \
         command is called with multiple field/value pairs.",
    )
    .syntax("key field value [field value ...]")
    .summary("Creates or modifies the value of a field in a hash.");

fn hset(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let added = set_all(ctx, args)?;
    reply.count(added);
    Ok(())
}

pub const HMSET: Command = Command::new("hmset", -4, hmset)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(N) where N is the number of fields being set.")
    .syntax("key field value [field value ...]")
    .summary("Sets the values of multiple fields.")
    .deprecated("4.0.0", "`HSET` with multiple field-value pairs");

fn hmset(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_all(ctx, args)?;
    reply.ok();
    Ok(())
}

/// Sets every field to the value behind it. Returns how many are new.
fn set_all(ctx: &mut Ctx<'_>, mut args: Args<'_>) -> Result<usize> {
    let key = args.key()?;
    if !args.remaining().is_multiple_of(2) {
        return Err(Error::Arity(ctx.row.full_name.clone()));
    }
    let limits = ctx.limits();
    let added = ctx.txn.update(key, true, |hash: &mut Hash| {
        hash.expect(args.remaining() / 2, &limits);
        let mut added = 0;
        while let (Some(field), Some(value)) = (args.next(), args.next()) {
            added += usize::from(hash.insert(&field, &value, &limits));
        }
        (added, Some(Event::hash("hset")))
    })?;
    Ok(added.unwrap_or(0))
}

pub const HSETNX: Command = Command::new("hsetnx", 4, hsetnx)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("hash")
    .since("2.0.0")
    .complexity("O(1)")
    .syntax("key field value")
    .summary("Sets the value of a field in a hash only when the field doesn't exist.");

fn hsetnx(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (field, value) = (args.bytes()?, args.bytes()?);
    let limits = ctx.limits();
    let horizon_ms = ctx.horizon_ms();
    let added = ctx.txn.update(key, true, |hash: &mut Hash| {
        if hash.at(horizon_ms).contains(field) {
            return (false, None);
        }
        (hash.insert(field, value, &limits), Some(Event::hash("hset")))
    })?;
    reply.int(i64::from(added == Some(true)));
    Ok(())
}
