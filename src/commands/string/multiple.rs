//! MGET, MSET, MSETNX, MSETEX: several keys at once. All of them are locked together, so no
//! other client sees some of the values and not the others.

use super::condition::Condition;
use super::expiry::Lifetime;
use super::get::reply_string;
use super::options::settle;
use super::set::store;
use crate::commands::prelude::*;
use crate::store::Entry;

pub const MGET: Command = Command::new("mget", -2, mget)
    .flags(READONLY.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::range(1, -1, 1, access::RO | access::ACCESS)])
    .group("string")
    .since("1.0.0")
    .complexity("O(N) where N is the number of keys to retrieve.")
    .syntax("key [key ...]")
    .summary("Atomically returns the string values of one or more keys.")
    .tips(&["request_policy:multi_shard"]);

fn mget(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.array(args.remaining());
    while !args.is_empty() {
        let entry = ctx.txn.get(args.key()?);
        reply_string(entry.and_then(Entry::as_str), reply);
    }
    Ok(())
}

pub const MSET: Command = Command::new("mset", -3, mset)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::range(1, -1, 2, access::OW | access::UPDATE)])
    .group("string")
    .since("1.0.1")
    .complexity("O(N) where N is the number of keys to set.")
    .syntax("key value [key value ...]")
    .summary("Atomically creates or modifies the string values of one or more keys.")
    .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]);

fn mset(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let pairs = Pairs::all(ctx, args)?;
    pairs.store(ctx, Expiry::Clear)?;
    reply.ok();
    Ok(())
}

pub const MSETNX: Command = Command::new("msetnx", -3, msetnx)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::range(1, -1, 2, access::OW | access::INSERT)])
    .group("string")
    .since("1.0.1")
    .complexity("O(N) where N is the number of keys to set.")
    .syntax("key value [key value ...]")
    .summary(
        "Atomically modifies the string values of one or more keys only when all keys don't exist.",
    );

fn msetnx(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let pairs = Pairs::all(ctx, args)?;
    let holds = pairs.fulfil(ctx, Condition::Missing)?;
    if holds {
        pairs.store(ctx, Expiry::Clear)?;
    }
    reply.int(i64::from(holds));
    Ok(())
}

pub const MSETEX: Command = Command::new("msetex", -4, msetex)
    .flags(WRITE.or(DENYOOM).or(Flags::MOVABLEKEYS))
    .acl(Acl::STRING)
    .keys(&[KeySpec::counted(1, 2, access::OW | access::UPDATE)])
    .group("string")
    .since("8.4.0")
    .complexity("O(N) where N is the number of keys to set.")
    .syntax(
        "numkeys key value [key value ...] [NX|XX] \
         [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]",
    )
    .summary("Atomically sets multiple string keys with a shared expiration in a single operation.")
    .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]);

fn msetex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let pairs = Pairs::counted(&mut args)?;
    let (mut condition, mut lifetime) = (None, None);
    while !args.is_empty() {
        let word = args.keyword();
        match word.as_str() {
            "keepttl" => settle(&mut lifetime, Lifetime::Keep)?,
            word => match Condition::on_existence(word) {
                Some(given) => settle(&mut condition, given)?,
                None => settle(&mut lifetime, Lifetime::timed(word, &mut args)?)?,
            },
        }
    }
    let expiry = lifetime.unwrap_or(Lifetime::Persist).expiry(ctx.now_ms(), "msetex")?;
    let holds = match condition {
        Some(condition) => pairs.fulfil(ctx, condition)?,
        None => true,
    };
    if holds {
        pairs.store(ctx, expiry)?;
    }
    reply.int(i64::from(holds));
    Ok(())
}

/// Keys, each with its value, among the arguments.
#[derive(Clone, Copy)]
struct Pairs<'a> {
    args: Args<'a>,
    count: usize,
}

impl<'a> Pairs<'a> {
    /// All arguments, which must be even in number.
    fn all(ctx: &Ctx<'_>, args: Args<'a>) -> Result<Pairs<'a>> {
        if !args.remaining().is_multiple_of(2) {
            return Err(Error::Arity(ctx.row.full_name.clone()));
        }
        Ok(Pairs { args, count: args.remaining() / 2 })
    }

    /// A number, and as many pairs, which `args` is moved past.
    fn counted(args: &mut Args<'a>) -> Result<Pairs<'a>> {
        let count = args.int().ok().and_then(|count| i32::try_from(count).ok());
        let count = count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        let count = count.ok_or(Error::msg("invalid numkeys value"))?;
        if count > args.remaining() / 2 {
            return Err(Error::msg("wrong number of key-value pairs"));
        }
        let pairs = Pairs { args: *args, count };
        args.nth(count * 2 - 1);
        Ok(pairs)
    }

    /// Whether the condition is true of every key.
    fn fulfil(mut self, ctx: &Ctx<'_>, condition: Condition<'_>) -> Result<bool> {
        for _ in 0..self.count {
            let key = self.args.key()?;
            self.args.arg()?;
            if !condition.holds(ctx.txn.peek(key))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sets every key, in order: of a key given twice the last value stays.
    fn store(mut self, ctx: &mut Ctx<'_>, expiry: Expiry) -> Result {
        for _ in 0..self.count {
            let key = self.args.key()?;
            store(ctx, key, self.args.arg()?, expiry);
        }
        Ok(())
    }
}
