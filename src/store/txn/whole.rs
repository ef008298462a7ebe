//! Whole shards: the reaper's bites, flushing, swapping databases.

use super::super::database::{Place, Table};
use super::super::reclaim::Garbage;
use super::keys::{has_deadline, has_fields_deadline, remove_expired_fields};
use super::locking::Guard;
use super::{Slot, Txn};
use smallvec::SmallVec;

/// What one bite of the reaper came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Keys deleted, also those all of whose fields had expired.
    pub keys: usize,
    /// Fields deleted of hashes that have others.
    pub fields: usize,
    /// How late the latest of them was, in milliseconds.
    pub late_ms: i64,
    /// Whether more is due in this shard.
    pub more: bool,
    /// Whether fields are due of a hash that a snapshot is just encoding: not for long.
    pub postponed: bool,
}

impl Txn<'_> {
    /// Takes due entries off the first locked shard's heap of deadlines, and deletes the keys and
    /// the fields they stand for: up to `most` of all of these together.
    pub fn reap(&mut self, most: usize) -> Reaped {
        let mut reaped = Reaped::default();
        let Some(place) = self.guards.first().map(|held| held.place) else { return reaped };
        let keyspace = self.keyspace;
        let deadlines = &keyspace.shard(place).deadlines;
        let mut left = most;
        let mut postponed: SmallVec<[(i64, u64); 1]> = SmallVec::new();
        while left > 0
            && let Some((at_ms, hash)) = deadlines.pop_due(self.horizon_ms)
        {
            let Some(fields) = self.reap_fields(place, at_ms, hash, left) else {
                postponed.push((at_ms, hash));
                continue;
            };
            let key = self.reap_key(place, at_ms, hash);
            reaped.fields += fields;
            reaped.keys += usize::from(key);
            if key || fields > 0 {
                reaped.late_ms = reaped.late_ms.max(self.now_ms.saturating_sub(at_ms));
            }
            left = left.saturating_sub(fields.max(1));
        }
        self.shrink_if_sparse(place);
        reaped.more = deadlines.next_ms() <= self.horizon_ms;
        reaped.postponed = !postponed.is_empty();
        postponed.iter().for_each(|(at_ms, hash)| deadlines.put_back(*at_ms, *hash));
        reaped
    }

    /// Deletes the key that such an entry of the heap stands for, or the hash all of whose
    /// fields have expired: whole, whatever its size. False when there is none.
    fn reap_key(&mut self, place: Place, at_ms: i64, hash: u64) -> bool {
        let (keyspace, horizon_ms) = (self.keyspace, self.horizon_ms);
        let Guard::Write(table) = &mut self.guards[0].guard else { return false };
        let dead = |slot: &Slot| {
            has_deadline(keyspace, slot, at_ms, hash)
                || (has_fields_deadline(keyspace, slot, at_ms, hash)
                    && slot.0.is_expired(horizon_ms))
        };
        let Some((entry, _)) = table.remove_entry(hash, dead) else { return false };
        self.forget_deadlines(place, &entry);
        self.record_expired(place.db(), hash, entry);
        true
    }

    /// Deletes up to `most` due fields of the hash that such an entry of the heap stands for, and
    /// puts the earliest deadline of the others on the heap, which may be due as well. Returns
    /// how many fields there were, none where the whole hash is to go; or nothing while a snapshot
    /// is encoding the hash. (One that has yet to do so can spare what has expired.)
    fn reap_fields(&mut self, place: Place, at_ms: i64, hash: u64, most: usize) -> Option<usize> {
        let (keyspace, horizon_ms) = (self.keyspace, self.horizon_ms);
        let wants_names = self.wants_names;
        let Guard::Write(table) = &mut self.guards[0].guard else { return Some(0) };
        let due = |slot: &Slot| {
            has_fields_deadline(keyspace, slot, at_ms, hash) && !slot.0.is_expired(horizon_ms)
        };
        let Some((entry, _)) = table.get_mut(hash, due) else { return Some(0) };
        if keyspace.snapshots.is_pinned(entry) {
            return None;
        }
        let name: SmallVec<[u8; 32]> = SmallVec::from_slice(entry.name());
        let removed = remove_expired_fields(entry, horizon_ms, most, wants_names);
        self.moved_fields_at(place, hash, Some(at_ms), removed.next_ms);
        self.record_expired_fields(place.db(), hash, &name, removed.count, removed.names);
        Some(removed.count)
    }

    /// Empties the locked shards, of one database or of all. Returns how many keys went.
    pub fn flush(&mut self, only: Option<u16>) -> usize {
        let mut keys = 0;
        for held in self.guards.iter_mut() {
            let Guard::Write(table) = &mut held.guard else { continue };
            if table.is_empty() || only.is_some_and(|db| db != held.place.db()) {
                continue;
            }
            let shard = self.keyspace.shard(held.place);
            shard.watchers.touch_where(|name| {
                let hash = self.keyspace.hash(name);
                let found = table.get(hash, |(entry, _)| entry.name() == name);
                found.is_some_and(|(entry, _)| !entry.is_expired(self.horizon_ms))
            });
            keys += table.len();
            shard.deadlines.swap(&Default::default());
            let flushed = self.keyspace.snapshots.detach(held.place.db(), std::mem::take(table));
            self.garbage.extend(flushed.map(Garbage::Table));
        }
        self.whole_changes += keys as u64;
        keys
    }

    /// Exchanges two databases, all of whose shards are locked.
    pub fn swap_databases(&mut self, a: u16, b: u16) {
        if a == b {
            return;
        }
        let (low, high) = (a.min(b), a.max(b));
        let split = self.guards.partition_point(|held| held.place.db() < high);
        let (lower, upper) = self.guards.split_at_mut(split);
        let lower = lower.iter_mut().filter(|held| held.place.db() == low);
        for (one, other) in lower.zip(upper.iter_mut()) {
            let (Guard::Write(one_table), Guard::Write(other_table)) =
                (&mut one.guard, &mut other.guard)
            else {
                continue;
            };
            let one_shard = self.keyspace.shard(one.place);
            let other_shard = self.keyspace.shard(other.place);
            let either = |name: &[u8]| {
                let hash = self.keyspace.hash(name);
                let there = |table: &Table| table.get(hash, |(e, _)| e.name() == name).is_some();
                there(one_table) || there(other_table)
            };
            one_shard.watchers.touch_where(either);
            other_shard.watchers.touch_where(either);
            std::mem::swap::<Table>(one_table, other_table);
            one_shard.deadlines.swap(&other_shard.deadlines);
            let next_ms = one_shard.deadlines.next_ms().min(other_shard.deadlines.next_ms());
            self.keyspace.alarm.deadline_set(next_ms);
        }
        self.keyspace.snapshots.swapped(a, b);
        self.whole_changes += 1;
    }
}
