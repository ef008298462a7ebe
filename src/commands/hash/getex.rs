//! HGETEX, HGETDEL: reads that also change how long fields live.

use super::fields::only_fields;
use super::get::reply_value;
use super::options::{Grammar, Options};
use super::time::{expire_field, expiry_event};
use crate::commands::prelude::*;
use crate::types::hash::Hash;

pub const HGETEX: Command = Command::new("hgetex", -5, hgetex)
    .flags(WRITE.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)
        .notes("RW and UPDATE because it changes the TTL")])
    .group("hash")
    .since("8.0.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax(
        "key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|PERSIST] \
         FIELDS numfields field [field ...]",
    )
    .summary(
        "Get the value of one or more fields of a given hash key, and optionally set their \
         expiration.",
    );

const HGETEX_OPTIONS: Grammar = Grammar {
    own: ("persist", Expiry::Clear),
    one_expiry: "Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified",
    has_conditions: false,
    width: 1,
};

fn hgetex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let options = Options::parse(ctx, &mut args, &HGETEX_OPTIONS)?;
    let expiry = options.expiry.unwrap_or(Expiry::Keep);
    let now_ms = ctx.now_ms();
    let event = match expiry {
        Expiry::At(at_ms) => expiry_event(at_ms, now_ms),
        Expiry::Keep | Expiry::Clear => Event::hash("hpersist"),
    };
    let change = |hash: &mut Hash, field: &[u8], old_ms: Option<i64>| match expiry {
        Expiry::Keep => false,
        Expiry::Clear => old_ms.is_some() && hash.set_expiry(field, None),
        Expiry::At(at_ms) => {
            expire_field(hash, field, at_ms, now_ms);
            true
        }
    };
    read_and_change(ctx, key, options.fields, reply, event, change)
}

pub const HGETDEL: Command = Command::new("hgetdel", -5, hgetdel)
    .flags(WRITE.or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::DELETE)])
    .group("hash")
    .since("8.0.0")
    .complexity("O(N) where N is the number of specified fields")
    .syntax("key FIELDS numfields field [field ...]")
    .summary("Returns the value of a field and deletes it from the hash.");

fn hgetdel(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let fields = only_fields(&mut args)?;
    let remove = |hash: &mut Hash, field: &[u8], _| hash.remove(field);
    read_and_change(ctx, key, fields, reply, Event::hash("hdel"), remove)
}

/// Answers with the values of the fields. Of each that is there `change` is given the name and
/// the deadline, and says whether it changed anything.
fn read_and_change(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    fields: &[Arg<'_>],
    reply: &mut Reply<'_>,
    event: Event,
    change: impl Fn(&mut Hash, &[u8], Option<i64>) -> bool,
) -> Result {
    reply.array(fields.len());
    let now_ms = ctx.now_ms();
    let found = ctx.txn.update(key, false, |hash: &mut Hash| {
        let mut changed = false;
        for field in fields {
            let found = hash.at(now_ms).field(field).map(|(_, value, old_ms)| (value, old_ms));
            reply_value(reply, found.map(|(value, _)| value));
            if let Some(old_ms) = found.map(|(_, old_ms)| old_ms) {
                changed |= change(hash, field, old_ms);
            }
        }
        ((), changed.then_some(event))
    })?;
    if found.is_none() {
        fields.iter().for_each(|_| reply.null());
    }
    Ok(())
}
