//! DUMP and RESTORE: a value as bytes that any Redis server understands.

use crate::commands::forms::log_del;
use crate::commands::prelude::*;
use crate::persistence::rdb;
use crate::services::config::params;

pub const DUMP: Command = Command::new("dump", 2, dump)
    .flags(READONLY)
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .since("2.6.0")
    .complexity(
        "O(1) to access the key and additional O(N*M) to serialize it, where N is the number of \
         Redis objects composing the value and M their average size. For small string values \
         the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).",
    )
    .syntax("key")
    .summary("Returns a serialized representation of the value stored at a key.")
    .tips(&["nondeterministic_output"]);

fn dump(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let compress = ctx.engine.config.get(params::RDBCOMPRESSION);
    let entry = ctx.txn.get(args.key()?);
    reply.bulk_or_null(entry.map(|entry| entry.with_value(|value| rdb::dump(value, compress))));
    Ok(())
}

pub const RESTORE: Command = Command::new("restore", -4, restore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::KEYSPACE.or(Acl::DANGEROUS))
    .keys(&[KeySpec::one(1, access::OW | access::UPDATE)])
    .since("2.6.0")
    .complexity(
        "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, \
         where N is the number of Redis objects composing the value and M their average size. \
         For small string values the time complexity is thus O(1)+O(1*M) where M is small, so \
         simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because \
         inserting values into sorted sets is O(log(N)).",
    )
    .syntax("key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]")
    .summary("Creates a key from the serialized representation of a value.");

fn restore(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let mut ttl = args;
    args.bytes()?;
    let payload = args.bytes()?;
    let options = RestoreOptions::parse(&mut args)?;
    // As in Redis, a key in the way is reported before what else is wrong.
    if !options.replace && ctx.txn.peek(key).is_some() {
        return Err(Error::BusyKey);
    }
    let expires_at_ms = options.expires_at_ms(ttl.int()?, ctx.now_ms())?;
    let value = rdb::restore(payload, &ctx.engine.config.limits())
        .map_err(|error| Error::msg(error.to_string()))?;

    reply.ok();
    if expires_at_ms.is_some_and(|at_ms| at_ms <= ctx.horizon_ms()) {
        if ctx.txn.remove(key, Event::DEL) {
            log_del(ctx, key);
        }
        return Ok(());
    }
    let expiry = expires_at_ms.map_or(Expiry::Clear, Expiry::At);
    ctx.txn.set_value(key, value, expiry, Event::generic("restore"));
    if let Some(clock) = options.access_clock(ctx) {
        ctx.txn.set_access(key, clock);
    }
    if let Some(at_ms) = expires_at_ms.filter(|_| !options.absolute_ttl) {
        log_absolutely(ctx, args.argv(), at_ms);
    }
    Ok(())
}

/// As it came, but for the time to live.
fn log_absolutely(ctx: &mut Ctx<'_>, argv: &[Arg<'_>], at_ms: i64) {
    if !ctx.is_logged() {
        return;
    }
    let mut digits = itoa::Buffer::new();
    let mut argv: Vec<&[u8]> = argv.iter().map(|arg| arg.bytes()).collect();
    if let Some(ttl) = argv.get_mut(2) {
        *ttl = digits.format(at_ms).as_bytes();
    }
    argv.push(b"ABSTTL");
    ctx.log_as(&argv);
}

#[derive(Default)]
struct RestoreOptions {
    replace: bool,
    absolute_ttl: bool,
    idle_s: Option<u64>,
    frequency: Option<u8>,
}

impl RestoreOptions {
    fn parse(args: &mut Args<'_>) -> Result<RestoreOptions> {
        let mut options = RestoreOptions::default();
        while !args.is_empty() {
            match args.keyword().as_str() {
                "replace" => options.replace = true,
                "absttl" => options.absolute_ttl = true,
                "idletime" if options.frequency.is_none() => {
                    let idle_s = u64::try_from(args.int()?);
                    let invalid = Error::msg("Invalid IDLETIME value, must be >= 0");
                    options.idle_s = Some(idle_s.map_err(|_| invalid)?);
                }
                "freq" if options.idle_s.is_none() => {
                    let frequency = u8::try_from(args.int()?);
                    let invalid = Error::msg("Invalid FREQ value, must be >= 0 and <= 255");
                    options.frequency = Some(frequency.map_err(|_| invalid)?);
                }
                _ => return Err(Error::Syntax),
            }
        }
        Ok(options)
    }

    /// Unix time in milliseconds; a `ttl` of 0 is no deadline.
    fn expires_at_ms(&self, ttl: i64, now_ms: i64) -> Result<Option<i64>> {
        match ttl {
            0 => Ok(None),
            1.. if self.absolute_ttl => Ok(Some(ttl)),
            1.. => Ok(Some(ttl.saturating_add(now_ms))),
            _ => Err(Error::msg("Invalid TTL value, must be >= 0")),
        }
    }

    /// The key's access clock, where the option given is the one that `maxmemory-policy` uses.
    fn access_clock(&self, ctx: &Ctx<'_>) -> Option<u32> {
        let policy = &ctx.engine.keyspace.access;
        if policy.is_lfu() {
            self.frequency.map(|frequency| policy.from_frequency(frequency, ctx.now_ms()))
        } else {
            self.idle_s.map(|idle_s| policy.from_idle(idle_s, ctx.now_ms()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_is_relative_unless_it_says_otherwise() {
        let relative = RestoreOptions::default();
        assert_eq!(relative.expires_at_ms(0, 5), Ok(None));
        assert_eq!(relative.expires_at_ms(7, 5), Ok(Some(12)));
        assert_eq!(relative.expires_at_ms(i64::MAX, 5), Ok(Some(i64::MAX)));
        assert!(relative.expires_at_ms(-1, 5).is_err());
        let absolute = RestoreOptions { absolute_ttl: true, ..RestoreOptions::default() };
        assert_eq!(absolute.expires_at_ms(7, 5), Ok(Some(7)));
        assert_eq!(absolute.expires_at_ms(0, 5), Ok(None));
    }
}
