//! EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, PERSIST: setting and taking away deadlines.

use crate::commands::forms::{log_deadline, log_del};
use crate::commands::prelude::*;
use crate::store::Entry;

pub const EXPIRE: Command = Command::new("expire", -3, expire)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key seconds [NX|XX|GT|LT]")
    .summary("Sets the expiration time of a key in seconds.");

fn expire(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let time = Time { unit_ms: 1000, base_ms: ctx.now_ms() };
    set_deadline(ctx, args, reply, time)
}

pub const PEXPIRE: Command = Command::new("pexpire", -3, pexpire)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .since("2.6.0")
    .complexity("O(1)")
    .syntax("key milliseconds [NX|XX|GT|LT]")
    .summary("Sets the expiration time of a key in milliseconds.");

fn pexpire(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let time = Time { unit_ms: 1, base_ms: ctx.now_ms() };
    set_deadline(ctx, args, reply, time)
}

pub const EXPIREAT: Command = Command::new("expireat", -3, expireat)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .since("1.2.0")
    .complexity("O(1)")
    .syntax("key unix-time-seconds [NX|XX|GT|LT]")
    .summary("Sets the expiration time of a key to a Unix timestamp.");

fn expireat(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_deadline(ctx, args, reply, Time { unit_ms: 1000, base_ms: 0 })
}

pub const PEXPIREAT: Command = Command::new("pexpireat", -3, pexpireat)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .since("2.6.0")
    .complexity("O(1)")
    .syntax("key unix-time-milliseconds [NX|XX|GT|LT]")
    .summary("Sets the expiration time of a key to a Unix milliseconds timestamp.");

fn pexpireat(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_deadline(ctx, args, reply, Time { unit_ms: 1, base_ms: 0 })
}

/// What the four have in common. A deadline that has passed deletes the key.
fn set_deadline(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
    time: Time,
) -> Result {
    let key = args.key()?;
    let mut value = args;
    args.bytes()?;
    let condition = Condition::parse(&mut args)?;
    let invalid = Error::InvalidExpire(ctx.command().name);
    let at_ms = time.at_ms(value.int()?).ok_or(invalid)?;

    let horizon_ms = ctx.horizon_ms();
    let holds = |entry: &Entry| condition.holds(entry.expires_at_ms(), at_ms);
    let changes = ctx.txn.peek(key).is_some_and(holds);
    if changes && at_ms <= horizon_ms {
        ctx.txn.remove(key, Event::DEL);
        log_del(ctx, key);
    } else if changes {
        ctx.txn.set_expiry(key, Some(at_ms), Event::generic("expire"));
        log_deadline(ctx, key, at_ms);
    }
    reply.int(i64::from(changes));
    Ok(())
}

/// How a command counts time.
#[derive(Clone, Copy)]
struct Time {
    unit_ms: i64,
    /// From when on, Unix time in milliseconds.
    base_ms: i64,
}

impl Time {
    /// Unix time in milliseconds, unless that does not fit.
    fn at_ms(self, value: i64) -> Option<i64> {
        value.checked_mul(self.unit_ms)?.checked_add(self.base_ms)
    }
}

/// Which deadlines give way to the new one. A key without one never expires: that is later
/// than any.
#[derive(Clone, Copy, Default)]
pub struct Condition {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
}

impl Condition {
    fn parse(args: &mut Args<'_>) -> Result<Condition> {
        let mut condition = Condition::default();
        while let Some(option) = args.peek() {
            let Some(named) = Condition::named(args.keyword().as_str()) else {
                let option = String::from_utf8_lossy(option);
                return Err(Error::msg(format!("Unsupported option {option}")));
            };
            condition = condition.and(named);
        }
        let Condition { nx, xx, gt, lt } = condition;
        if nx && (xx || gt || lt) {
            return Err(Error::msg(
                "NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if gt && lt {
            return Err(Error::msg("GT and LT options at the same time are not compatible"));
        }
        Ok(condition)
    }

    /// The condition that a word in lower case stands for.
    pub fn named(word: &str) -> Option<Condition> {
        let always = Condition::default();
        match word {
            "nx" => Some(Condition { nx: true, ..always }),
            "xx" => Some(Condition { xx: true, ..always }),
            "gt" => Some(Condition { gt: true, ..always }),
            "lt" => Some(Condition { lt: true, ..always }),
            _ => None,
        }
    }

    fn and(self, other: Condition) -> Condition {
        Condition {
            nx: self.nx || other.nx,
            xx: self.xx || other.xx,
            gt: self.gt || other.gt,
            lt: self.lt || other.lt,
        }
    }

    /// Whether the new deadline, in Unix milliseconds, may be put in place of the old one.
    pub fn holds(self, old_ms: Option<i64>, new_ms: i64) -> bool {
        !(self.nx && old_ms.is_some()
            || self.xx && old_ms.is_none()
            || self.gt && old_ms.is_none_or(|old_ms| new_ms <= old_ms)
            || self.lt && old_ms.is_some_and(|old_ms| new_ms >= old_ms))
    }
}

pub const PERSIST: Command = Command::new("persist", 2, persist)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .since("2.2.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Removes the expiration time of a key.");

fn persist(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let volatile = ctx.txn.peek(key).is_some_and(|entry| entry.expires_at_ms().is_some());
    if volatile {
        ctx.txn.set_expiry(key, None, Event::generic("persist"));
    }
    reply.int(i64::from(volatile));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(options: &str) -> Result<Condition> {
        let argv: Vec<Arg<'_>> =
            options.split_whitespace().map(|word| word.as_bytes().into()).collect();
        Condition::parse(&mut Args::new(&argv, 0, &[], 0))
    }

    #[test]
    fn conditions_compare_with_the_old_deadline() {
        let held = |options: &str| {
            let condition = condition(options).unwrap();
            [None, Some(9), Some(10), Some(11)].map(|old_ms| condition.holds(old_ms, 10))
        };
        assert_eq!(held(""), [true, true, true, true]);
        assert_eq!(held("nx NX"), [true, false, false, false]);
        assert_eq!(held("XX"), [false, true, true, true]);
        assert_eq!(held("GT"), [false, true, false, false]);
        assert_eq!(held("LT"), [true, false, false, true]);
        assert_eq!(held("XX LT"), [false, false, false, true]);
    }

    #[test]
    fn conditions_that_contradict_each_other_are_refused() {
        for options in ["NX XX", "GT NX", "NX LT", "GT LT", "XX GT LT", "EX"] {
            assert!(condition(options).is_err(), "{options}");
        }
    }

    #[test]
    fn times_that_do_not_fit_are_none() {
        let relative = Time { unit_ms: 1000, base_ms: 5 };
        assert_eq!(relative.at_ms(-1), Some(-995));
        assert_eq!(relative.at_ms(i64::MAX), None);
        assert_eq!(relative.at_ms(i64::MIN), None);
        assert_eq!(relative.at_ms(i64::MAX / 1000), Some(i64::MAX / 1000 * 1000 + 5));
        assert_eq!(Time { unit_ms: 1, base_ms: 1 }.at_ms(i64::MAX), None);
        assert_eq!(Time { unit_ms: 1, base_ms: 0 }.at_ms(i64::MAX), Some(i64::MAX));
    }
}
