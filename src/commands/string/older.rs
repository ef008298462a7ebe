//! SETNX, SETEX, PSETEX, GETSET: what SET does by its options today.

use super::expiry::Lifetime;
use super::get::reply_string;
use super::set::store;
use crate::commands::prelude::*;

pub const SETNX: Command = Command::new("setnx", 3, setnx)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::OW | access::INSERT)])
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key value")
    .summary("Set the string value of a key only when the key doesn't exist.")
    .deprecated("2.6.12", "`SET` with the `NX` argument");

fn setnx(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let value = args.arg()?;
    let missing = ctx.txn.peek(key).is_none();
    if missing {
        store(ctx, key, value, Expiry::Clear);
    }
    reply.int(i64::from(missing));
    Ok(())
}

pub const SETEX: Command = Command::new("setex", 4, setex)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::OW | access::UPDATE)])
    .group("string")
    .since("2.0.0")
    .complexity("O(1)")
    .syntax("key seconds value")
    .summary(
        "Sets the string value and expiration time of a key. Creates the key if it doesn't exist.",
    )
    .deprecated("2.6.12", "`SET` with the `EX` argument");

fn setex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let expiry = Lifetime::Seconds(args.bytes()?).expiry(ctx.now_ms(), "setex")?;
    store(ctx, key, args.arg()?, expiry);
    reply.ok();
    Ok(())
}

pub const PSETEX: Command = Command::new("psetex", 4, psetex)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::OW | access::UPDATE)])
    .group("string")
    .since("2.6.0")
    .complexity("O(1)")
    .syntax("key milliseconds value")
    .summary(
        "Sets both string value and expiration time in milliseconds of a key. The key is created \
         if it doesn't exist.",
    )
    .deprecated("2.6.12", "`SET` with the `PX` argument");

fn psetex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let expiry = Lifetime::Millis(args.bytes()?).expiry(ctx.now_ms(), "psetex")?;
    store(ctx, key, args.arg()?, expiry);
    reply.ok();
    Ok(())
}

pub const GETSET: Command = Command::new("getset", 3, getset)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)])
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key value")
    .summary("Returns the previous string value of a key after setting it to a new value.")
    .deprecated("6.2.0", "`SET` with the `GET` argument");

fn getset(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    reply_string(ctx.txn.string(key)?, reply);
    store(ctx, key, args.arg()?, Expiry::Clear);
    Ok(())
}
