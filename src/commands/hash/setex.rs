//! HSETEX.

use super::forms::{log_deleted, log_set_until};
use super::options::{Grammar, Options, Presence};
use super::time::{expire_field, expiry_event};
use crate::commands::prelude::*;
use crate::types::hash::Hash;

pub const HSETEX: Command = Command::new("hsetex", -6, hsetex)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("hash")
    .since("8.0.0")
    .complexity("O(N) where N is the number of fields being set.")
    .syntax(
        "key [FNX|FXX] \
         [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL] \
         FIELDS numfields field value [field value ...]",
    )
    .summary(
        "Set the value of one or more fields of a given hash key, and optionally set their \
         expiration.",
    );

const OPTIONS: Grammar = Grammar {
    own: ("keepttl", Expiry::Keep),
    one_expiry: "Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
    has_conditions: true,
    width: 2,
};

fn hsetex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let options = Options::parse(ctx, &mut args, &OPTIONS)?;
    let expiry = options.expiry.unwrap_or(Expiry::Clear);
    let holds = match options.presence {
        Some(presence) => holds(ctx, key, presence, options.fields)?,
        None => true,
    };
    if holds {
        set_fields(ctx, key, options.fields, expiry)?;
    }
    reply.int(i64::from(holds));
    Ok(())
}

/// Whether the fields are there as the condition wants them.
fn holds(ctx: &Ctx<'_>, key: Key<'_>, presence: Presence, fields: &[Arg<'_>]) -> Result<bool> {
    let hash = match ctx.txn.peek(key) {
        Some(entry) => Some(entry.get::<Hash>().ok_or(Error::WrongType)?.at(ctx.horizon_ms())),
        None => None,
    };
    let is_there = |field: &[u8]| hash.is_some_and(|hash| hash.contains(field));
    let mut names = fields.iter().step_by(2);
    Ok(match presence {
        Presence::None => !names.any(|name| is_there(name)),
        Presence::All => names.all(|name| is_there(name)),
    })
}

/// Sets the fields, and then their deadline: two changes, each with its event.
fn set_fields(ctx: &mut Ctx<'_>, key: Key<'_>, fields: &[Arg<'_>], expiry: Expiry) -> Result {
    let (limits, horizon_ms) = (ctx.limits(), ctx.horizon_ms());
    ctx.txn.update(key, true, |hash: &mut Hash| {
        hash.expect(fields.len() / 2, &limits);
        for pair in fields.chunks_exact(2) {
            match expiry {
                Expiry::Keep => hash.update(&pair[0], &pair[1], &limits),
                Expiry::Clear | Expiry::At(_) => hash.insert(&pair[0], &pair[1], &limits),
            };
        }
        ((), Some(Event::hash("hset")))
    })?;
    let Expiry::At(at_ms) = expiry else { return Ok(()) };
    ctx.txn.update(key, false, |hash: &mut Hash| {
        for field in fields.iter().step_by(2) {
            expire_field(hash, field, at_ms, horizon_ms);
        }
        ((), Some(expiry_event(at_ms, horizon_ms)))
    })?;
    log_until(ctx, key, fields, at_ms);
    Ok(())
}

/// Without the condition, which held. Of fields that expired at once no value is logged.
fn log_until(ctx: &mut Ctx<'_>, key: Key<'_>, fields: &[Arg<'_>], at_ms: i64) {
    if !ctx.is_logged() {
        return;
    }
    let fields = fields.iter().map(|arg| arg.bytes());
    if at_ms <= ctx.horizon_ms() {
        log_deleted(ctx, key, &fields.step_by(2).collect::<Vec<_>>());
    } else {
        log_set_until(ctx, key, at_ms, &fields.collect::<Vec<_>>());
    }
}
