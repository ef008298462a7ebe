//! HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME: showing the deadlines of fields.

use super::expire::{NO_DEADLINE, NO_FIELD};
use super::fields::only_fields;
use super::get::live;
use crate::commands::prelude::*;

pub const HTTL: Command = Command::new("httl", -5, httl)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key FIELDS numfields field [field ...]")
    .summary("Returns the TTL in seconds of a hash field.")
    .tips(&["nondeterministic_output"]);

fn httl(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let now_ms = ctx.now_ms();
    show_deadlines(ctx, args, reply, |at_ms| to_seconds(at_ms.saturating_sub(now_ms)))
}

pub const HPTTL: Command = Command::new("hpttl", -5, hpttl)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key FIELDS numfields field [field ...]")
    .summary("Returns the TTL in milliseconds of a hash field.")
    .tips(&["nondeterministic_output"]);

fn hpttl(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let now_ms = ctx.now_ms();
    show_deadlines(ctx, args, reply, |at_ms| at_ms.saturating_sub(now_ms))
}

pub const HEXPIRETIME: Command = Command::new("hexpiretime", -5, hexpiretime)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key FIELDS numfields field [field ...]")
    .summary("Returns the expiration time of a hash field as a Unix timestamp, in seconds.");

fn hexpiretime(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    show_deadlines(ctx, args, reply, to_seconds)
}

pub const HPEXPIRETIME: Command = Command::new("hpexpiretime", -5, hpexpiretime)
    .flags(READONLY.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("7.4.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key FIELDS numfields field [field ...]")
    .summary("Returns the expiration time of a hash field as a Unix timestamp, in msec.");

fn hpexpiretime(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    show_deadlines(ctx, args, reply, |at_ms| at_ms)
}

fn show_deadlines(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
    show: impl Fn(i64) -> i64,
) -> Result {
    let key = args.key()?;
    let fields = only_fields(&mut args)?;
    let hash = live(ctx, key)?;
    reply.array(fields.len());
    for field in fields {
        reply.int(match hash.and_then(|hash| hash.field(field)) {
            None => NO_FIELD,
            Some((_, _, expires_at_ms)) => expires_at_ms.map_or(NO_DEADLINE, &show),
        });
    }
    Ok(())
}

/// Whole seconds, rounded up: a field that is still there has one left.
fn to_seconds(ms: i64) -> i64 {
    ms / 1000 + i64::from(ms % 1000 > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up_without_overflow() {
        assert_eq!([0, 1, 999, 1000, 1001].map(to_seconds), [0, 1, 1, 1, 2]);
        assert_eq!(to_seconds(i64::MAX), 9_223_372_036_854_776);
    }
}
