//! HGETEX, HGETDEL: reads that also change how long fields live.

use super::fields::only_fields;
use super::forms::{log_deadline, log_deleted, log_persisted};
use super::get::reply_value;
use super::options::{Grammar, Options};
use super::time::{expire_field, expiry_event};
use crate::commands::prelude::*;
use crate::types::hash::Hash;
use smallvec::SmallVec;

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
    let horizon_ms = ctx.horizon_ms();
    let event = match expiry {
        Expiry::At(at_ms) => expiry_event(at_ms, horizon_ms),
        Expiry::Keep | Expiry::Clear => Event::hash("hpersist"),
    };
    let change = |hash: &mut Hash, field: &[u8], old_ms: Option<i64>| match expiry {
        Expiry::Keep => false,
        Expiry::Clear => old_ms.is_some() && hash.set_expiry(field, None),
        Expiry::At(at_ms) => {
            expire_field(hash, field, at_ms, horizon_ms);
            true
        }
    };
    let changed = read_and_change(ctx, key, options.fields, reply, event, change)?;
    match expiry {
        Expiry::Keep => {}
        Expiry::Clear => log_persisted(ctx, key, &changed),
        Expiry::At(at_ms) => log_deadline(ctx, key, at_ms, &changed),
    }
    Ok(())
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
    let removed = read_and_change(ctx, key, fields, reply, Event::hash("hdel"), remove)?;
    log_deleted(ctx, key, &removed);
    Ok(())
}

/// Answers with the values of the fields. Of each that is there `change` is given the name and
/// the deadline, and says whether it changed anything. Returns the changed fields.
fn read_and_change<'a>(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    fields: &[Arg<'a>],
    reply: &mut Reply<'_>,
    event: Event,
    change: impl Fn(&mut Hash, &[u8], Option<i64>) -> bool,
) -> Result<SmallVec<[&'a [u8]; 4]>> {
    reply.array(fields.len());
    let horizon_ms = ctx.horizon_ms();
    let changed = ctx.txn.update(key, false, |hash: &mut Hash| {
        let mut changed = SmallVec::new();
        for field in fields {
            let found = hash.at(horizon_ms).field(field).map(|(_, value, old_ms)| (value, old_ms));
            reply_value(reply, found.map(|(value, _)| value));
            if let Some(old_ms) = found.map(|(_, old_ms)| old_ms)
                && change(hash, field, old_ms)
            {
                changed.push(field.bytes());
            }
        }
        let event = (!changed.is_empty()).then_some(event);
        (changed, event)
    })?;
    if changed.is_none() {
        fields.iter().for_each(|_| reply.null());
    }
    Ok(changed.unwrap_or_default())
}
