//! INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT: strings as numbers.

use crate::commands::prelude::*;
use crate::util::long_double::LongDouble;

pub const INCR: Command = Command::new("incr", 2, incr)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(COUNTER_KEY)
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary(
        "Increments the integer value of a key by one. Uses 0 as initial value if the key doesn't \
         exist.",
    );

/// What all of them say about their key.
const COUNTER_KEY: &[KeySpec] = &[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)];

fn incr(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    add(ctx, args.key()?, 1, reply)
}

pub const DECR: Command = Command::new("decr", 2, decr)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(COUNTER_KEY)
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary(
        "Decrements the integer value of a key by one. Uses 0 as initial value if the key doesn't \
         exist.",
    );

fn decr(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    add(ctx, args.key()?, -1, reply)
}

pub const INCRBY: Command = Command::new("incrby", 3, incrby)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(COUNTER_KEY)
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key increment")
    .summary(
        "Increments the integer value of a key by a number. Uses 0 as initial value if the key \
         doesn't exist.",
    );

fn incrby(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    add(ctx, key, args.int()?, reply)
}

pub const DECRBY: Command = Command::new("decrby", 3, decrby)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(COUNTER_KEY)
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key decrement")
    .summary(
        "Decrements a number from the integer value of a key. Uses 0 as initial value if the key \
         doesn't exist.",
    );

fn decrby(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let increment = args.int()?.checked_neg();
    add(ctx, key, increment.ok_or(Error::msg("decrement would overflow"))?, reply)
}

/// Adds to the integer a key holds, and replies the sum.
fn add(ctx: &mut Ctx<'_>, key: Key<'_>, increment: i64, reply: &mut Reply<'_>) -> Result {
    let overflow = || Error::msg("increment or decrement would overflow");
    let sum = ctx.txn.update_int(key, Event::string("incrby"), |value| {
        value.checked_add(increment).ok_or_else(overflow)
    })?;
    reply.int(sum);
    Ok(())
}

pub const INCRBYFLOAT: Command = Command::new("incrbyfloat", 3, incrbyfloat)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STRING)
    .keys(COUNTER_KEY)
    .group("string")
    .since("2.6.0")
    .complexity("O(1)")
    .syntax("key increment")
    .summary(
        "Increments the floating point value of a key by a number. Uses 0 as initial value if the \
         key doesn't exist.",
    );

/// The increment is read last: Redis complains of the key first.
fn incrbyfloat(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let value = match ctx.txn.peek(key) {
        Some(entry) => {
            let value = entry.as_str().ok_or(Error::WrongType)?;
            value.with(LongDouble::parse).ok_or(Error::NotFloat)?
        }
        None => LongDouble::ZERO,
    };
    let sum = value + LongDouble::parse(args.bytes()?).ok_or(Error::NotFloat)?;
    if sum.is_nan() || sum.is_infinite() {
        return Err(Error::msg("increment would produce NaN or Infinity"));
    }
    let text = sum.to_human();
    let event = Event::string("incrbyfloat");
    ctx.txn.set_string(key, NewStr::Text(text.as_bytes()), Expiry::Keep, event);
    // Elsewhere such a sum may come out a little different.
    ctx.log_as(&[b"SET", key.name, text.as_bytes(), b"KEEPTTL"]);
    reply.bulk(text);
    Ok(())
}
