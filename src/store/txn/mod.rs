//! The transaction: the guards of all shards a command's keys live in, and the only way
//! to their entries. It hides what has expired, keeps deadlines and access clocks true,
//! and records every change for the commit; it performs no side effect itself.
//!
//! Shards are locked as one set, each once (`locking`). While a `Txn` lives its thread must
//! not lock a shard by another way: it would wait for itself. `keys` reads and changes one
//! key at a time, `whole` works on whole shards.

mod keys;
mod load;
mod locking;
#[cfg(test)]
mod tests;
mod whole;

pub use locking::{Mode, TableRef};
pub use whole::Reaped;

use super::database::Keyspace;
use super::entry::Entry;
use super::event::{Class, Event};
use super::reclaim::Garbage;
use crate::protocol::Key;
use crate::types::hash::Hash;
use dashmap::SharedValue;
use locking::Guards;
use smallvec::SmallVec;

/// What a write does with a key's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The key keeps the one it has.
    Keep,
    /// The key has none afterwards.
    Clear,
    /// Unix time in milliseconds.
    At(i64),
}

/// One recorded change. It keeps the key's name, whose length is mostly small, in itself: a
/// transaction outlives the arguments of the commands that run in it.
pub struct Change {
    /// The database it happened in.
    pub db: u16,
    /// The hash of the key's name.
    pub hash: u64,
    /// What happened.
    pub event: Event,
    /// Whether time did it, not a command: what expires.
    pub by_time: bool,
    /// The key's name.
    pub name: SmallVec<[u8; 32]>,
    /// The names of the fields that expired, if they are wanted ([`Keyspace::wants_names`]).
    pub fields: Vec<Vec<u8>>,
}

impl Change {
    fn new(key: Key<'_>, event: Event) -> Change {
        let name = SmallVec::from_slice(key.name);
        Change { db: key.db, hash: key.hash, event, by_time: false, name, fields: Vec::new() }
    }
}

/// Locked shards. Ends with [`Txn::finish`], or by being dropped.
pub struct Txn<'a> {
    keyspace: &'a Keyspace,
    guards: Guards<'a>,
    mode: Mode,
    now_ms: i64,
    /// What is due by then has expired: mostly now.
    horizon_ms: i64,
    /// Whether reads renew access clocks (`CLIENT NO-TOUCH` turns it off).
    touches: bool,
    /// Which events are wanted: notices are recorded only for them.
    wanted: Class,
    /// Whether the names of fields that expire are recorded.
    wants_names: bool,
    changes: SmallVec<[Change; 1]>,
    /// How many of them [`Txn::unseen_changes`] has shown.
    seen: usize,
    /// How many of them, and of `whole_changes`, [`Txn::unlogged_changes`] has shown.
    logged: (usize, u64),
    /// Keys that flushing took, and one for each swap of databases.
    whole_changes: u64,
    expired_fields: u64,
    garbage: SmallVec<[Garbage; 1]>,
    hits: u32,
    misses: u32,
}

/// One entry as a table holds it.
type Slot = (Entry, SharedValue<()>);

impl<'a> Txn<'a> {
    /// The keyspace the transaction is on.
    pub fn keyspace(&self) -> &'a Keyspace {
        self.keyspace
    }

    /// The time at which everything in this transaction happens, Unix time in milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The time by which keys and fields have expired: mostly now.
    pub fn horizon_ms(&self) -> i64 {
        self.horizon_ms
    }

    /// From now on nothing expires and nothing is hidden: what is replayed says itself what went.
    pub fn stop_time(&mut self) {
        self.horizon_ms = i64::MIN;
    }

    /// Whether reads renew access clocks.
    pub fn set_touches(&mut self, touches: bool) {
        self.touches = touches;
    }

    /// Whether any shard is locked: then its thread must not lock another.
    pub fn holds_locks(&self) -> bool {
        !self.guards.is_empty()
    }

    /// Whether the shard of the key with this hash is locked.
    pub fn holds(&self, db: u16, hash: u64) -> bool {
        let place = self.keyspace.place(db, hash);
        self.guards.binary_search_by_key(&place, |held| held.place).is_ok()
    }

    /// What changed since this was last asked, in order, and how much changed in whole shards:
    /// keys that flushing took, and one for each swap of databases.
    pub fn take_changes(&mut self) -> (SmallVec<[Change; 1]>, u64) {
        self.seen = 0;
        self.logged = (0, 0);
        (std::mem::take(&mut self.changes), std::mem::take(&mut self.whole_changes))
    }

    /// What [`Txn::take_changes`] would return. It stays.
    pub fn changes(&self) -> (&[Change], u64) {
        (&self.changes, self.whole_changes)
    }

    /// What changed since this was last asked, or the changes were taken, in order. They stay.
    pub fn unseen_changes(&mut self) -> &[Change] {
        let seen = std::mem::replace(&mut self.seen, self.changes.len());
        self.changes.get(seen..).unwrap_or_default()
    }

    /// What changed since this was last asked, or the changes were taken, in order, and how much
    /// in whole shards. They stay.
    pub fn unlogged_changes(&mut self) -> (&[Change], u64) {
        let now = (self.changes.len(), self.whole_changes);
        let (changes, whole_changes) = std::mem::replace(&mut self.logged, now);
        (self.changes.get(changes..).unwrap_or_default(), now.1 - whole_changes)
    }

    /// How many fields of hashes were deleted since this was last asked, as their time had come.
    pub fn take_expired_fields(&mut self) -> u64 {
        std::mem::take(&mut self.expired_fields)
    }

    /// Whether anything changed since the changes were last taken.
    pub fn is_dirty(&self) -> bool {
        self.whole_changes > 0 || !self.changes.is_empty()
    }

    /// How many lookups found a key, and how many did not.
    pub fn lookups(&self) -> (u32, u32) {
        (self.hits, self.misses)
    }

    /// Releases the guards, then frees what was deleted.
    pub fn finish(self) {
        drop(self.guards);
        for garbage in self.garbage {
            self.keyspace.reclaimer.free(garbage);
        }
    }

    /// Has an event published beside those of the changes themselves.
    pub fn announce(&mut self, key: Key<'_>, event: Event) {
        self.record(key, event);
    }

    /// Records a notice, if it is wanted.
    pub(super) fn notice(&mut self, key: Key<'_>, event: Event) {
        if event.class.is_in(self.wanted) {
            self.record(key, event);
        }
    }

    pub(super) fn record(&mut self, key: Key<'_>, event: Event) {
        self.changes.push(Change::new(key, event));
    }

    /// Records that fields of the hash `name` were deleted, as their time had come.
    pub(super) fn record_expired_fields(
        &mut self,
        db: u16,
        hash: u64,
        name: &[u8],
        count: usize,
        fields: Vec<Vec<u8>>,
    ) {
        self.expired_fields += count as u64;
        let (event, name) = (Event::FIELDS_EXPIRED, SmallVec::from_slice(name));
        self.changes.push(Change { db, hash, event, by_time: true, name, fields });
    }

    /// Records that an entry was taken out, as its own time or that of all its fields had come.
    pub(super) fn record_expired(&mut self, db: u16, hash: u64, entry: Entry) {
        let mut event = Event::EXPIRED;
        if !entry.is_overdue(self.horizon_ms)
            && let Some(fields) = entry.get::<Hash>()
        {
            // The key goes: which fields it had matters to nobody.
            self.record_expired_fields(db, hash, entry.name(), fields.len(), Vec::new());
            event = Event::DEL;
        }
        let name = SmallVec::from_slice(entry.name());
        self.changes.push(Change { db, hash, event, by_time: true, name, fields: Vec::new() });
        self.garbage.extend(self.keyspace.snapshots.keep_if_pinned(entry).map(Garbage::Entry));
    }
}
