//! The commit: the one place where a command's changes have side effects. It runs while the
//! guards are still held, and only when something changed. Handlers never do any of this.

use super::Engine;
use crate::services::stats::Stripe;
use crate::store::{Class, Txn};
use std::sync::atomic::Ordering;

/// Does every side effect of the changes recorded in `txn`.
pub fn commit(engine: &Engine, stripe: &Stripe, txn: &Txn<'_>) {
    if !txn.is_dirty() {
        return;
    }
    let mut expired = 0;
    for change in txn.changes() {
        let place = engine.keyspace.place(change.db, change.hash);
        engine.keyspace.shard(place).watchers.touch(&change.name);
        expired += u64::from(change.event.class == Class::EXPIRED);
    }
    stripe.expired.fetch_add(expired, Ordering::Relaxed);
    // What expires is no change a snapshot has to be taken for.
    let changes = txn.changes().len() as u64 - expired + txn.whole_changes();
    stripe.changes.fetch_add(changes, Ordering::Relaxed);
}
