//! TTL, PTTL, EXPIRETIME, PEXPIRETIME: showing deadlines. -1 is a key without one, -2 no key.

use crate::commands::prelude::*;

pub const TTL: Command = Command::new("ttl", 2, ttl)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the expiration time in seconds of a key.")
    .tips(&["nondeterministic_output"]);

fn ttl(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let now_ms = ctx.now_ms();
    show_deadline(ctx, args, reply, |at_ms| to_seconds(at_ms.saturating_sub(now_ms)))
}

pub const PTTL: Command = Command::new("pttl", 2, pttl)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .since("2.6.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the expiration time in milliseconds of a key.")
    .tips(&["nondeterministic_output"]);

fn pttl(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let now_ms = ctx.now_ms();
    show_deadline(ctx, args, reply, |at_ms| at_ms.saturating_sub(now_ms))
}

pub const EXPIRETIME: Command = Command::new("expiretime", 2, expiretime)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .since("7.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the expiration time of a key as a Unix timestamp.");

fn expiretime(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    show_deadline(ctx, args, reply, to_seconds)
}

pub const PEXPIRETIME: Command = Command::new("pexpiretime", 2, pexpiretime)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .since("7.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the expiration time of a key as a Unix milliseconds timestamp.");

fn pexpiretime(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    show_deadline(ctx, args, reply, |at_ms| at_ms)
}

fn show_deadline(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
    show: impl FnOnce(i64) -> i64,
) -> Result {
    let key = args.key()?;
    reply.int(match ctx.txn.observe(key) {
        Some(entry) => entry.expires_at_ms().map_or(-1, show),
        None => -2,
    });
    Ok(())
}

/// Whole seconds, rounded to the nearest.
fn to_seconds(ms: i64) -> i64 {
    ms / 1000 + i64::from(ms % 1000 >= 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_without_overflow() {
        assert_eq!([0, 499, 500, 1499, 1500].map(to_seconds), [0, 0, 1, 1, 2]);
        assert_eq!(to_seconds(i64::MAX), 9_223_372_036_854_776);
    }
}
