//! SET, with all its options.

use super::condition::Condition;
use super::expiry::Lifetime;
use super::get::reply_string;
use super::options::settle;
use crate::commands::forms::log_del;
use crate::commands::prelude::*;

pub const SET: Command = Command::new("set", -3, set)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(
        1,
        access::RW | access::ACCESS | access::UPDATE | access::VARIABLE_FLAGS,
    )
    .notes("RW and ACCESS due to the optional `GET` argument")])
    .key_access(key_access)
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax(
        "key value [NX|XX|IFEQ ifeq-value|IFNE ifne-value|IFDEQ ifdeq-digest|IFDNE ifdne-digest] \
         [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]",
    )
    .summary("Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.");

/// The old value is handed out only where `GET` asks for it, and looked at only where a
/// condition is about it.
fn key_access(argv: &[Arg<'_>]) -> u16 {
    let options = argv.get(3..).unwrap_or_default();
    let given = |word: &str| options.iter().any(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
    let actual = match given("get") {
        true => access::RW | access::ACCESS,
        false if ["ifeq", "ifne", "ifdeq", "ifdne"].into_iter().any(given) => access::RW,
        false => access::OW,
    };
    actual | access::UPDATE
}

fn set(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let value = args.arg()?;
    let options = Options::parse(args)?;
    let expiry = options.lifetime.unwrap_or(Lifetime::Persist).expiry(ctx.now_ms(), "set")?;
    if options.get {
        reply_string(ctx.txn.string(key)?, reply);
    }
    let holds = match options.condition {
        Some(condition) => condition.holds(ctx.txn.peek(key))?,
        None => true,
    };
    if holds {
        store(ctx, key, value, expiry);
        if options.get || options.condition.is_some() {
            log_plainly(ctx, key, value, expiry);
        }
    }
    match (options.get, holds) {
        (true, _) => {}
        (false, true) => reply.ok(),
        (false, false) => reply.null(),
    }
    Ok(())
}

/// The condition held, and the old value has been told: the log needs neither.
fn log_plainly(ctx: &mut Ctx<'_>, key: Key<'_>, value: Arg<'_>, expiry: Expiry) {
    match expiry {
        Expiry::Clear => ctx.log_as(&[b"SET", key.name, &value]),
        Expiry::Keep => ctx.log_as(&[b"SET", key.name, &value, b"KEEPTTL"]),
        // Logged with its deadline already.
        Expiry::At(_) => {}
    }
}

/// Sets a key, or deletes it when the deadline it is given has passed already.
pub fn store(ctx: &mut Ctx<'_>, key: Key<'_>, value: Arg<'_>, expiry: Expiry) {
    match expiry {
        Expiry::At(at_ms) if at_ms <= ctx.horizon_ms() => {
            if ctx.txn.remove(key, Event::DEL) {
                log_del(ctx, key);
            }
        }
        Expiry::At(at_ms) => {
            ctx.txn.set_string(key, value.into(), expiry, Event::SET);
            ctx.txn.announce(key, Event::EXPIRE);
            let mut digits = itoa::Buffer::new();
            ctx.log_as(&[b"SET", key.name, &value, b"PXAT", digits.format(at_ms).as_bytes()]);
        }
        Expiry::Keep | Expiry::Clear => {
            ctx.txn.set_string(key, value.into(), expiry, Event::SET);
        }
    }
}

#[derive(Default)]
struct Options<'a> {
    condition: Option<Condition<'a>>,
    get: bool,
    lifetime: Option<Lifetime<'a>>,
}

impl<'a> Options<'a> {
    fn parse(mut args: Args<'a>) -> Result<Options<'a>> {
        let mut options = Options::default();
        while !args.is_empty() {
            let word = args.keyword();
            let word = word.as_str();
            if word == "get" {
                options.get = true;
            } else if let Some(condition) = Condition::on_existence(word) {
                settle(&mut options.condition, condition)?;
            } else if let Some(condition) = Condition::on_value(word, &mut args)? {
                settle(&mut options.condition, condition)?;
            } else if word == "keepttl" {
                settle(&mut options.lifetime, Lifetime::Keep)?;
            } else {
                settle(&mut options.lifetime, Lifetime::timed(word, &mut args)?)?;
            }
        }
        Ok(options)
    }
}
