//! SET, with all its options.

use super::expiry::Deadline;
use super::get::reply_string;
use crate::commands::prelude::*;

pub const SET: Command = Command::new("set", -3, set)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::OW | access::UPDATE | access::VARIABLE_FLAGS)
        .notes("RW and ACCESS due to the optional `GET` argument")])
    .group("string")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax(
        "key value [NX|XX|IFEQ ifeq-value|IFNE ifne-value|IFDEQ ifdeq-digest|IFDNE ifdne-digest] \
         [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]",
    )
    .summary("Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.");

fn set<'a>(ctx: &mut Ctx<'a>, mut args: Args<'a>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let value = args.arg()?;
    let options = Options::parse(&mut args)?;
    let expiry = match options.deadline {
        Some(deadline) => Expiry::At(deadline.at_ms(ctx.now_ms(), "set")?),
        None if options.keep_ttl => Expiry::Keep,
        None => Expiry::Clear,
    };
    let passes = match options.condition {
        Condition::None => true,
        Condition::Missing => ctx.txn.peek(key).is_none(),
        Condition::Present => ctx.txn.peek(key).is_some(),
    };
    if options.get {
        reply_string(ctx.txn.string(key)?, reply);
    }
    if !passes {
        if !options.get {
            reply.null();
        }
        return Ok(());
    }
    ctx.txn.set_string(key, value.into(), expiry, Event::string("set"));
    if !options.get {
        reply.ok();
    }
    Ok(())
}

#[derive(Default)]
struct Options {
    condition: Condition,
    get: bool,
    keep_ttl: bool,
    deadline: Option<Deadline>,
}

#[derive(Default, PartialEq, Eq)]
enum Condition {
    #[default]
    None,
    /// `NX`
    Missing,
    /// `XX`
    Present,
}

impl Options {
    fn parse(args: &mut Args<'_>) -> Result<Options> {
        let mut options = Options::default();
        while !args.is_empty() {
            let word = args.keyword();
            match word.as_str() {
                "nx" if options.condition == Condition::None => options.condition = Condition::Missing,
                "xx" if options.condition == Condition::None => options.condition = Condition::Present,
                "get" => options.get = true,
                "keepttl" if options.deadline.is_none() => options.keep_ttl = true,
                word => match Deadline::option(word, args)? {
                    Some(deadline) if options.deadline.is_none() && !options.keep_ttl => {
                        options.deadline = Some(deadline);
                    }
                    _ => return Err(Error::Syntax),
                },
            }
        }
        Ok(options)
    }
}
