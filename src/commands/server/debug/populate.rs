//! DEBUG POPULATE: many keys at once.

use super::Subcommand;
use crate::commands::prelude::*;
use crate::engine::blocking::conclude;
use crate::engine::propagate::Propagation;
use crate::services::config::params;
use crate::store::txn::Mode;

pub const POPULATE: Subcommand = Subcommand::new("populate", 1..=3, populate);

/// Makes the keys one by one, each under the lock of its own shard, so that others are served
/// meanwhile. That needs a client that holds no lock yet: none in a transaction.
fn populate(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let keys = args.nonnegative()?;
    let prefix = if args.is_empty() { b"key" } else { args.bytes()? };
    let size = if args.is_empty() { 0 } else { args.nonnegative()? };
    let engine = ctx.engine;
    if size > engine.config.size(params::PROTO_MAX_BULK_LEN) {
        return Err(Error::StringTooLong);
    }
    if ctx.txn.holds_locks() {
        return Err(Error::msg("DEBUG POPULATE is not allowed in transactions"));
    }
    let (db, client) = (ctx.session.db, &ctx.session.client);
    for n in 0..keys {
        if client.is_killed() || engine.shutdown.is_ending() {
            break;
        }
        let name = [prefix, format!(":{n}").as_bytes()].concat();
        let key = Key { name: &name, hash: engine.keyspace.hash(&name), db };
        let value = value(n, size);
        let place = std::iter::once((db, key.hash));
        let mut txn = Txn::lock(&engine.keyspace, Mode::Write, place, ctx.txn.now_ms());
        let mut propagation = Propagation::begin(engine);
        if txn.peek(key).is_none() {
            txn.set_string(key, NewStr::Bytes(&value), Expiry::Clear, Event::string("set"));
            let set: [&[u8]; 3] = [b"SET", &name, &value];
            propagation.record(&mut txn, db, &set.map(Arg::from));
        }
        let logged_to = conclude(engine, ctx.session.client.id, txn, propagation);
        ctx.session.logged_to = ctx.session.logged_to.max(logged_to);
    }
    reply.ok();
    Ok(())
}

/// `value:<n>`, cut or filled up with zero bytes to `size` unless that is 0.
fn value(n: usize, size: usize) -> Vec<u8> {
    let mut value = format!("value:{n}").into_bytes();
    if size > 0 {
        value.resize(size, 0);
    }
    value
}
