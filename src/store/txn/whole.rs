//! Whole shards: the reaper's bites, flushing, swapping databases.

use super::super::database::Table;
use super::super::event::Event;
use super::super::reclaim::Garbage;
use super::keys::has_deadline;
use super::locking::Guard;
use super::{Slot, Txn};

/// What one bite of the reaper came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Keys deleted.
    pub keys: usize,
    /// How late the latest of them was, in milliseconds.
    pub late_ms: i64,
    /// Whether more is due in this shard.
    pub more: bool,
}

impl Txn<'_> {
    /// Takes up to `most` due entries off the first locked shard's heap of deadlines, and
    /// deletes the keys they stand for.
    pub fn reap(&mut self, most: usize) -> Reaped {
        let mut reaped = Reaped::default();
        let Some(place) = self.guards.first().map(|held| held.place) else { return reaped };
        let keyspace = self.keyspace;
        let deadlines = &keyspace.shard(place).deadlines;
        for _ in 0..most {
            let Some((at_ms, hash)) = deadlines.pop_due(self.now_ms) else { break };
            let Guard::Write(table) = &mut self.guards[0].guard else { break };
            let dead = |slot: &Slot| has_deadline(keyspace, slot, at_ms, hash);
            let Some((entry, _)) = table.remove_entry(hash, dead) else { continue };
            self.forget_deadline(place, at_ms);
            reaped.keys += 1;
            reaped.late_ms = reaped.late_ms.max(self.now_ms.saturating_sub(at_ms));
            self.record_removed(place.db(), hash, entry, Event::EXPIRED);
        }
        self.shrink_if_sparse(place);
        reaped.more = deadlines.next_ms() <= self.now_ms;
        reaped
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
                table.get(hash, |(entry, _)| entry.name() == name).is_some()
            });
            keys += table.len();
            shard.deadlines.swap(&Default::default());
            self.garbage.push(Garbage::Table(std::mem::take(table)));
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
        self.whole_changes += 1;
    }
}
