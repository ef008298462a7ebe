//! Client-side caching on a command's way: what its client has read is remembered, and what has
//! changed is told, both while the shards are still locked.

use super::Engine;
use super::command::Flags;
use super::ctx::Ctx;
use super::dispatch::Call;
use crate::protocol::Arg;
use crate::protocol::args::KeySlot;
use crate::services::clients::{Client, flags};
use crate::services::config::params;
use crate::services::session::Session;
use crate::store::Txn;
use std::sync::atomic::Ordering;

/// A request has come. What CLIENT CACHING said holds for one request, or for a whole transaction;
/// those of CLIENT do not count.
pub fn begin_request(session: &Session, call: &Call<'_>) {
    let client = &session.client;
    if !client.has(flags::CACHING) {
        return;
    }
    if client.has(flags::CACHING_USED) && session.queue.is_none() {
        client.set(flags::CACHING | flags::CACHING_USED, false);
    } else if !call.row.as_ref().is_ok_and(|row| row.full_name.starts_with("client|")) {
        client.set(flags::CACHING_USED, true);
    }
}

/// Remembers the keys that a command was given, if it only reads, and if its client may keep them
/// in a cache. Within a transaction they may have been changed before: that is told first, and does
/// not concern what was read now.
pub fn remember(ctx: &mut Ctx<'_>, argv: &[Arg<'_>], keys: &[KeySlot]) {
    let (engine, session) = (ctx.engine, &*ctx.session);
    if !ctx.row.command.flags.has(Flags::READONLY) || !keeps(&session.client) {
        return;
    }
    tell(engine, &mut ctx.txn, session.client.id);
    let most = engine.config.get(params::TRACKING_TABLE_MAX_KEYS);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    for slot in keys {
        // Who waits for several keys is served with only those locked that it reads.
        if let Some(name) = argv.get(slot.index as usize)
            && ctx.txn.holds(session.db, slot.hash)
        {
            engine.tracking.remember(&session.client, (slot.hash, name), most, &engine.clients);
        }
    }
}

/// Whether a client keeps what it reads now, and needs to be told when it changes.
fn keeps(client: &Client) -> bool {
    let set = client.flags.load(Ordering::Relaxed);
    let has = |flag: u32| set & flag != 0;
    has(flags::TRACKING)
        && !has(flags::TRACKING_BCAST)
        && (!has(flags::TRACKING_OPTIN) || has(flags::CACHING))
        && (!has(flags::TRACKING_OPTOUT) || !has(flags::CACHING))
}

/// Tells who has a key in a cache that it has changed, for all changes of the transaction, which
/// the client `by` made.
pub fn invalidate(engine: &Engine, txn: &mut Txn<'_>, by: u64) {
    if !engine.tracking.is_on() {
        return;
    }
    tell(engine, txn, by);
    let (changes, whole_changes) = txn.changes();
    let changes = changes.iter().filter(|change| !change.event.is_notice());
    let names = changes.map(|change| (&*change.name, change.by_time));
    engine.tracking.broadcast(names, by, &engine.clients);
    if whole_changes > 0 {
        engine.tracking.invalidate_all(&engine.clients);
    }
}

/// As [`invalidate`], for changes not told yet of single keys, to those who have read them.
fn tell(engine: &Engine, txn: &mut Txn<'_>, by: u64) {
    for change in txn.unseen_changes().iter().filter(|change| !change.event.is_notice()) {
        // What time does, nobody knows of.
        let by = (!change.by_time).then_some(by);
        engine.tracking.invalidate((change.hash, &change.name), by, &engine.clients);
    }
}
