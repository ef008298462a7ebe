//! The commit: the one place where a command's changes have side effects. It runs while the
//! guards are still held, and only when something changed. Handlers never do any of this.

use super::Engine;
use super::blocking::QueueKey;
use super::{notify, tracking};
use crate::store::{Class, Event, Txn};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;

/// A key that changes again and again is to be served once. To serve it twice does no harm, so only
/// the last keys are looked through: there may be as many as a transaction has changes.
const LOOKED_THROUGH: usize = 32;

/// Does every side effect of the changes recorded in `txn` since the last commit, which the client
/// with the id `by` made, but for serving who waits for the changed keys: those are added to
/// `ready`.
pub fn commit(engine: &Engine, by: u64, txn: &mut Txn<'_>, ready: &mut VecDeque<QueueKey>) {
    if !txn.is_dirty() {
        return;
    }
    tracking::invalidate(engine, txn, by);
    let (changes, whole_changes) = txn.take_changes();
    let wanted = notify::wanted(engine);
    let (mut expired, mut by_time, mut notices) = (0, 0, 0);
    for change in &changes {
        notify::publish(engine, wanted, change);
        if change.event.is_notice() {
            notices += 1;
            continue;
        }
        let place = engine.keyspace.place(change.db, change.hash);
        engine.keyspace.shard(place).watchers.touch(&change.name, change.by_time);
        by_time += u64::from(change.by_time);
        expired += u64::from(change.event.class == Class::EXPIRED);
        let key = (change.db, change.hash);
        let announced = change.event != Event::SILENT;
        let is_known = || ready.iter().rev().take(LOOKED_THROUGH).any(|other| *other == key);
        if announced && engine.waiting.is_awaited(key) && !is_known() {
            ready.push_back(key);
        }
    }
    if whole_changes > 0 {
        // Any key may have gone, or have come from another database.
        let all = engine.waiting.all();
        ready.extend(all.into_iter().filter(|(db, hash)| txn.holds(*db, *hash)));
    }
    let stripe = engine.stats.stripe(by);
    if by_time > 0 {
        stripe.expired.fetch_add(expired, Ordering::Relaxed);
        stripe.expired_fields.fetch_add(txn.take_expired_fields(), Ordering::Relaxed);
    }
    // What expires is no change a snapshot has to be taken for.
    let changes = changes.len() as u64 - by_time - notices + whole_changes;
    stripe.changes.fetch_add(changes, Ordering::Relaxed);
}
