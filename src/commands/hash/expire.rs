//! HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT, HPERSIST: setting and taking away the deadlines of
//! fields.

use super::fields::{counted_fields, only_fields, settle_fields, settled_fields, unknown_argument};
use super::forms::log_deadline;
use super::time::{Unit, expire_field, expiry_event};
use crate::commands::keys::expire::Condition;
use crate::commands::prelude::*;
use crate::types::hash::Hash;
use smallvec::SmallVec;

/// The answer for a field that is not there.
pub const NO_FIELD: i64 = -2;
/// The answer for a field that never expires.
pub const NO_DEADLINE: i64 = -1;
/// The condition on the field's old deadline does not hold.
const NOT_MET: i64 = 0;
/// The deadline was set, or taken away.
const DONE: i64 = 1;
/// The field was deleted, as its new deadline has passed.
const DELETED: i64 = 2;

pub const HEXPIRE: Command = Command::new("hexpire", -6, hexpire)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key seconds [NX|XX|GT|LT] FIELDS numfields field [field ...]")
    .summary("Set expiry for hash field using relative time to expire (seconds)");

fn hexpire(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_deadlines(ctx, args, reply, Unit::Seconds)
}

pub const HPEXPIRE: Command = Command::new("hpexpire", -6, hpexpire)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key milliseconds [NX|XX|GT|LT] FIELDS numfields field [field ...]")
    .summary("Set expiry for hash field using relative time to expire (milliseconds)");

fn hpexpire(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_deadlines(ctx, args, reply, Unit::Millis)
}

pub const HEXPIREAT: Command = Command::new("hexpireat", -6, hexpireat)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key unix-time-seconds [NX|XX|GT|LT] FIELDS numfields field [field ...]")
    .summary("Set expiry for hash field using an absolute Unix timestamp (seconds)");

fn hexpireat(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_deadlines(ctx, args, reply, Unit::UnixSeconds)
}

pub const HPEXPIREAT: Command = Command::new("hpexpireat", -6, hpexpireat)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key unix-time-milliseconds [NX|XX|GT|LT] FIELDS numfields field [field ...]")
    .summary("Set expiry for hash field using an absolute Unix timestamp (milliseconds)");

fn hpexpireat(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_deadlines(ctx, args, reply, Unit::UnixMillis)
}

/// What the four have in common.
fn set_deadlines(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
    unit: Unit,
) -> Result {
    let key = args.key()?;
    let at_ms = unit.deadline(ctx, &mut args)?;
    let (condition, fields) = options(&mut args)?;
    let horizon_ms = ctx.horizon_ms();
    let set = |hash: &mut Hash, field: &[u8]| {
        let Some((_, _, old_ms)) = hash.at(horizon_ms).field(field) else { return NO_FIELD };
        if !condition.holds(old_ms, at_ms) {
            return NOT_MET;
        }
        if expire_field(hash, field, at_ms, horizon_ms) { DONE } else { DELETED }
    };
    let changed = for_each(ctx, key, fields, reply, expiry_event(at_ms, horizon_ms), set)?;
    log_deadline(ctx, key, at_ms, &changed);
    Ok(())
}

/// The condition and the fields, in either order.
fn options<'a>(args: &mut Args<'a>) -> Result<(Condition, &'a [Arg<'a>])> {
    let (mut condition, mut fields) = (None, None);
    while let Some(argument) = args.peek() {
        let word = args.keyword();
        if word.as_str() == "fields" {
            let no_number = "Parameter `numFields` should be greater than 0";
            let too_few = Error::msg("wrong number of arguments");
            settle_fields(&mut fields, counted_fields(args, 1, no_number, too_few)?)?;
        } else {
            let given = Condition::named(word.as_str());
            let given = given.ok_or_else(|| unknown_argument(argument))?;
            if condition.replace(given).is_some() {
                return Err(Error::msg("Multiple condition flags specified"));
            }
        }
    }
    Ok((condition.unwrap_or_default(), settled_fields(fields)?))
}

pub const HPERSIST: Command = Command::new("hpersist", -5, hpersist)
    .flags(WRITE.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key FIELDS numfields field [field ...]")
    .summary("Removes the expiration time for each specified field");

fn hpersist(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let fields = only_fields(&mut args)?;
    let horizon_ms = ctx.horizon_ms();
    let persist = |hash: &mut Hash, field: &[u8]| match hash.at(horizon_ms).field(field) {
        None => NO_FIELD,
        Some((_, _, None)) => NO_DEADLINE,
        Some((_, _, Some(_))) => {
            hash.set_expiry(field, None);
            DONE
        }
    };
    for_each(ctx, key, fields, reply, Event::hash("hpersist"), persist).map(drop)
}

/// Calls `change` with each field, and answers with what it returns: above zero where it changed
/// something. Where there is no hash, there is no field either. Returns the changed fields.
fn for_each<'a>(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    fields: &[Arg<'a>],
    reply: &mut Reply<'_>,
    event: Event,
    change: impl Fn(&mut Hash, &[u8]) -> i64,
) -> Result<SmallVec<[&'a [u8]; 4]>> {
    reply.array(fields.len());
    let changed = ctx.txn.update(key, false, |hash: &mut Hash| {
        let mut changed = SmallVec::new();
        for field in fields {
            let answer = change(hash, field);
            if answer > NOT_MET {
                changed.push(field.bytes());
            }
            reply.int(answer);
        }
        let event = (!changed.is_empty()).then_some(event);
        (changed, event)
    })?;
    if changed.is_none() {
        fields.iter().for_each(|_| reply.int(NO_FIELD));
    }
    Ok(changed.unwrap_or_default())
}
