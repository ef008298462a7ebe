//! Whole shards: the reaper's bites, flushing, swapping databases.

use super::super::database::{Place, Table};
use super::super::event::Event;
use super::super::reclaim::Garbage;
use super::locking::Guard;
use super::{Slot, Txn};

impl Txn<'_> {
    /// Deletes up to `most` keys of the first locked shard whose time has come. Returns how
    /// many went, and how late the latest was, in milliseconds.
    pub fn reap(&mut self, most: usize) -> (usize, i64) {
        let Some(place) = self.guards.first().map(|held| held.place) else { return (0, 0) };
        let shard = self.keyspace.database(place.db()).shard(place.shard());
        let (mut reaped, mut worst_ms) = (0, 0);
        while reaped < most {
            let Some((at_ms, hash)) = shard.deadlines.pop_due(self.now_ms) else { break };
            let Guard::Write(table) = &mut self.guards[0].guard else { break };
            let dead = |(entry, _): &Slot| entry.expires_at_ms() == Some(at_ms);
            let Some((entry, _)) = table.remove_entry(hash, dead) else { continue };
            shard.deadlines.forget(at_ms);
            worst_ms = worst_ms.max(self.now_ms - at_ms);
            reaped += 1;
            self.record_removed(place.db(), hash, entry, Event::EXPIRED);
        }
        self.shrink_if_sparse(place);
        (reaped, worst_ms)
    }

    /// Empties the locked shards, of one database or of all. Returns how many keys went.
    pub fn flush(&mut self, only: Option<u16>) -> usize {
        let mut keys = 0;
        for held in &mut self.guards {
            let Guard::Write(table) = &mut held.guard else { continue };
            if table.is_empty() || only.is_some_and(|db| db != held.place.db()) {
                continue;
            }
            let shard = self.keyspace.database(held.place.db()).shard(held.place.shard());
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
            let shard = |place: Place| self.keyspace.database(place.db()).shard(place.shard());
            let (one_shard, other_shard) = (shard(one.place), shard(other.place));
            let either = |name: &[u8]| {
                let hash = self.keyspace.hash(name);
                let there = |table: &Table| table.get(hash, |(e, _)| e.name() == name).is_some();
                there(one_table) || there(other_table)
            };
            one_shard.watchers.touch_where(either);
            other_shard.watchers.touch_where(either);
            std::mem::swap::<Table>(one_table, other_table);
            one_shard.deadlines.swap(&other_shard.deadlines);
        }
        self.whole_changes += 1;
    }
}
