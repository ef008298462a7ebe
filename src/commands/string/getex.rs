//! GETEX, GETDEL: reads that also change how long the key lives.

use super::expiry::Lifetime;
use super::get::reply_string;
use super::options::settle;
use crate::commands::forms::{log_deadline, log_del};
use crate::commands::prelude::*;

pub const GETEX: Command = Command::new("getex", -2, getex)
    .flags(WRITE.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)
        .notes("RW and UPDATE because it changes the TTL")])
    .group("string")
    .since("6.2.0")
    .complexity("O(1)")
    .syntax(
        "key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|PERSIST]",
    )
    .summary("Returns the string value of a key after setting its expiration time.");

fn getex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let mut lifetime = None;
    while !args.is_empty() {
        let given = match args.keyword().as_str() {
            "persist" => Lifetime::Persist,
            word => Lifetime::timed(word, &mut args)?,
        };
        settle(&mut lifetime, given)?;
    }
    let now_ms = ctx.now_ms();
    let expiry = lifetime.unwrap_or(Lifetime::Keep).expiry(now_ms, "getex")?;
    let value = ctx.txn.string(key)?;
    let found = value.is_some();
    reply_string(value, reply);
    if !found {
        return Ok(());
    }
    match expiry {
        Expiry::Keep => {}
        Expiry::At(at_ms) if at_ms <= ctx.horizon_ms() => {
            ctx.txn.remove(key, Event::DEL);
            log_del(ctx, key);
        }
        Expiry::At(at_ms) => {
            ctx.txn.set_expiry(key, Some(at_ms), Event::generic("expire"));
            log_deadline(ctx, key, at_ms);
        }
        Expiry::Clear => {
            if ctx.txn.peek(key).is_some_and(|entry| entry.expires_at_ms().is_some()) {
                ctx.txn.set_expiry(key, None, Event::generic("persist"));
                ctx.log_as(&[b"PERSIST", key.name]);
            }
        }
    }
    Ok(())
}

pub const GETDEL: Command = Command::new("getdel", 2, getdel)
    .flags(WRITE.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::DELETE)])
    .group("string")
    .since("6.2.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the string value of a key after deleting the key.");

fn getdel(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    reply_string(ctx.txn.string(key)?, reply);
    if ctx.txn.remove(key, Event::DEL) {
        log_del(ctx, key);
    }
    Ok(())
}
