//! HINCRBY, HINCRBYFLOAT: fields as numbers. A field keeps its deadline.

use crate::commands::prelude::*;
use crate::store::Entry;
use crate::types::hash::Hash;
use crate::types::listpack::Element;
use crate::util::long_double::LongDouble;
use crate::util::number;

pub const HINCRBY: Command = Command::new("hincrby", 4, hincrby)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(COUNTER_KEY)
    .group("hash")
    .since("2.0.0")
    .complexity("O(1)")
    .syntax("key field increment")
    .summary(
        "Increments the integer value of a field in a hash by a number. Uses 0 as initial value \
         if the field doesn't exist.",
    );

/// What both say about their key.
const COUNTER_KEY: &[KeySpec] = &[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)];

fn hincrby(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let field = args.bytes()?;
    let increment = args.int()?;
    let sum = replace(ctx, key, field, Event::hash("hincrby"), |value| {
        let value = match value {
            Some(value) => value.as_int().ok_or(Error::msg("hash value is not an integer"))?,
            None => 0,
        };
        let overflow = Error::msg("increment or decrement would overflow");
        let sum = value.checked_add(increment).ok_or(overflow)?;
        let mut text = Vec::new();
        number::write_i64(&mut text, sum);
        Ok((sum, text))
    })?;
    reply.int(sum);
    Ok(())
}

pub const HINCRBYFLOAT: Command = Command::new("hincrbyfloat", 4, hincrbyfloat)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(COUNTER_KEY)
    .group("hash")
    .since("2.6.0")
    .complexity("O(1)")
    .syntax("key field increment")
    .summary(
        "Increments the floating point value of a field by a number. Uses 0 as initial value if \
         the field doesn't exist.",
    );

fn hincrbyfloat(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let field = args.bytes()?;
    let increment = LongDouble::parse(args.bytes()?).ok_or(Error::NotFloat)?;
    if increment.is_infinite() {
        return Err(Error::msg("value is NaN or Infinity"));
    }
    let text = replace(ctx, key, field, Event::hash("hincrbyfloat"), |value| {
        let value = match value {
            Some(value) => LongDouble::parse(&value.to_bytes())
                .ok_or(Error::msg("hash value is not a float"))?,
            None => LongDouble::ZERO,
        };
        let sum = value + increment;
        if sum.is_nan() || sum.is_infinite() {
            return Err(Error::msg("increment would produce NaN or Infinity"));
        }
        let text = sum.to_human();
        Ok((text.clone(), text.into_bytes()))
    })?;
    log_sum(ctx, key, field, text.as_bytes());
    reply.bulk(text);
    Ok(())
}

/// The sum itself, which may come out a little different elsewhere. The field keeps its deadline.
fn log_sum(ctx: &mut Ctx<'_>, key: Key<'_>, field: &[u8], sum: &[u8]) {
    if !ctx.is_logged() {
        return;
    }
    let hash = ctx.txn.peek(key).and_then(Entry::get::<Hash>);
    let found = hash.and_then(|hash| hash.at(ctx.horizon_ms()).field(field));
    if found.is_some_and(|(_, _, expires_at_ms)| expires_at_ms.is_some()) {
        ctx.log_as(&[b"HSETEX", key.name, b"KEEPTTL", b"FIELDS", b"1", field, sum]);
    } else {
        ctx.log_as(&[b"HSET", key.name, field, sum]);
    }
}

/// Puts in place of a field's value the text that `next` makes of it, unless that is an error.
/// Returns what `next` returns beside the text.
fn replace<R>(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    field: &[u8],
    event: Event,
    next: impl FnOnce(Option<Element<'_>>) -> Result<(R, Vec<u8>)>,
) -> Result<R> {
    let limits = ctx.limits();
    let horizon_ms = ctx.horizon_ms();
    let replaced = ctx.txn.update(key, true, |hash: &mut Hash| {
        let (result, text) = match next(hash.at(horizon_ms).get(field)) {
            Ok(next) => next,
            Err(error) => return (Err(error), None),
        };
        hash.update(field, &text, &limits);
        (Ok(result), Some(event))
    })?;
    replaced.unwrap_or(Err(Error::NoSuchKey))
}
