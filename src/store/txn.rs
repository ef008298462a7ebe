//! The transaction: the guards of all shards a command's keys live in, and the only way
//! to their entries. It hides what has expired, keeps deadlines and access clocks true,
//! and records every change for the commit; it performs no side effect itself.
//!
//! Shards are locked in the order of their [`Place`]s, each once. While a `Txn` lives its
//! thread must not lock a shard by another way: it would wait for itself.

use super::database::{Keyspace, Place, Table};
use super::entry::{Collection, Entry, NewStr, Str};
use super::event::Event;
use super::lock::{ReadGuard, WriteGuard};
use super::reclaim::Garbage;
use crate::protocol::{Error, Key, Result};
use crate::types::{Type, Value};
use crate::util::clock;
use dashmap::SharedValue;
use smallvec::SmallVec;

/// How a command needs its shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Shared: other readers go on.
    Read,
    /// Exclusive.
    Write,
}

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

/// One recorded change.
pub struct Change<'a> {
    /// The database it happened in.
    pub db: u16,
    /// The hash of the key's name.
    pub hash: u64,
    /// What happened.
    pub event: Event,
    name: Name<'a>,
}

/// Where a change's key name lies.
enum Name<'a> {
    /// Among the command's arguments.
    Arg(&'a [u8]),
    /// In the n-th removed entry.
    Removed(usize),
}

/// Locked shards. Ends with [`Txn::finish`], or by being dropped.
pub struct Txn<'a> {
    keyspace: &'a Keyspace,
    guards: SmallVec<[Held<'a>; 1]>,
    now_ms: i64,
    /// Whether reads renew access clocks (`CLIENT NO-TOUCH` turns it off).
    touches: bool,
    changes: SmallVec<[Change<'a>; 1]>,
    /// Whole shards were flushed or swapped.
    flushed: bool,
    garbage: SmallVec<[Garbage; 1]>,
    hits: u32,
    misses: u32,
}

struct Held<'a> {
    place: Place,
    guard: Guard<'a>,
}

enum Guard<'a> {
    Read(ReadGuard<'a>),
    Write(WriteGuard<'a>),
}

/// A shard's table for a moment: one the transaction holds, or locked just for this.
pub enum TableRef<'t> {
    /// Held by the transaction.
    Held(&'t Table),
    /// Locked for the moment.
    Locked(ReadGuard<'t>),
}

impl std::ops::Deref for TableRef<'_> {
    type Target = Table;

    fn deref(&self) -> &Table {
        match self {
            TableRef::Held(table) => table,
            TableRef::Locked(guard) => guard,
        }
    }
}

impl<'a> Txn<'a> {
    /// Locks the places of all `keys`, given as (database, hash), in order. `now_ms` is when the
    /// command began; the clock is read again if a lock had to be waited for.
    pub fn lock(
        keyspace: &'a Keyspace,
        mode: Mode,
        keys: impl Iterator<Item = (u16, u64)>,
        now_ms: i64,
    ) -> Txn<'a> {
        let mut places: SmallVec<[Place; 4]> =
            keys.map(|(db, hash)| keyspace.place(db, hash)).collect();
        if places.len() > 1 {
            places.sort_unstable();
            places.dedup();
        }
        Txn::lock_places(keyspace, mode, places.into_iter(), now_ms)
    }

    /// Locks every shard of the given databases (in ascending order), exclusively or shared.
    pub fn lock_all(
        keyspace: &'a Keyspace,
        mode: Mode,
        dbs: impl Iterator<Item = u16>,
        now_ms: i64,
    ) -> Txn<'a> {
        let shards = |db| (0..super::SHARDS).map(move |shard| Place::new(db, shard));
        Txn::lock_places(keyspace, mode, dbs.flat_map(shards), now_ms)
    }

    /// Locks one shard exclusively: the reaper's way.
    pub fn lock_place(keyspace: &'a Keyspace, place: Place, now_ms: i64) -> Txn<'a> {
        Txn::lock_places(keyspace, Mode::Write, std::iter::once(place), now_ms)
    }

    fn lock_places(
        keyspace: &'a Keyspace,
        mode: Mode,
        places: impl Iterator<Item = Place>,
        now_ms: i64,
    ) -> Txn<'a> {
        let mut waited = false;
        let guards = places
            .map(|place| {
                let database = keyspace.database(place.db());
                let (guard, slow) = match mode {
                    Mode::Read => {
                        let (guard, slow) = database.read(place.shard());
                        (Guard::Read(guard), slow)
                    }
                    Mode::Write => {
                        let (guard, slow) = database.write(place.shard());
                        (Guard::Write(guard), slow)
                    }
                };
                waited |= slow;
                Held { place, guard }
            })
            .collect();
        Txn {
            keyspace,
            guards,
            now_ms: if waited { clock::now_ms() } else { now_ms },
            touches: true,
            changes: SmallVec::new(),
            flushed: false,
            garbage: SmallVec::new(),
            hits: 0,
            misses: 0,
        }
    }

    /// The keyspace the transaction is on.
    pub fn keyspace(&self) -> &'a Keyspace {
        self.keyspace
    }

    /// The time at which everything in this transaction happens, Unix time in milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Whether reads renew access clocks.
    pub fn set_touches(&mut self, touches: bool) {
        self.touches = touches;
    }

    /// The entry of a live key, its access clock renewed, counted as hit or miss.
    pub fn get(&mut self, key: Key<'_>) -> Option<&Entry> {
        self.look_up(key, self.touches)
    }

    /// The entry of a live key, counted as hit or miss, its access clock left alone: for
    /// commands that ask about a key without using its value.
    pub fn observe(&mut self, key: Key<'_>) -> Option<&Entry> {
        self.look_up(key, false)
    }

    fn look_up(&mut self, key: Key<'_>, touch: bool) -> Option<&Entry> {
        let now_ms = self.now_ms;
        let access = &self.keyspace.access;
        let found = find(&self.guards, self.keyspace.place(key.db, key.hash), key)
            .filter(|entry| !entry.is_expired(now_ms));
        match found {
            Some(entry) => {
                self.hits += 1;
                if touch {
                    entry.set_access(access.touched(entry.access(), now_ms));
                }
            }
            None => self.misses += 1,
        }
        found
    }

    /// The entry of a live key, leaving no trace.
    pub fn peek(&self, key: Key<'_>) -> Option<&Entry> {
        find(&self.guards, self.keyspace.place(key.db, key.hash), key)
            .filter(|entry| !entry.is_expired(self.now_ms))
    }

    /// The string a key holds.
    pub fn string(&mut self, key: Key<'_>) -> Result<Option<Str<'_>>> {
        match self.get(key) {
            None => Ok(None),
            Some(entry) => entry.as_str().map(Some).ok_or(Error::WrongType),
        }
    }

    /// The collection a key holds.
    pub fn read<T: Collection>(&mut self, key: Key<'_>) -> Result<Option<&T>> {
        match self.get(key) {
            None => Ok(None),
            Some(entry) => entry.get::<T>().map(Some).ok_or(Error::WrongType),
        }
    }

    /// Puts a string in place of whatever the key held.
    pub fn set_string(&mut self, key: Key<'a>, value: NewStr<'_>, expiry: Expiry, event: Event) {
        let now_ms = self.now_ms;
        self.drop_if_expired(key);
        let clock = self.keyspace.access.fresh(now_ms);
        if let Some(entry) = self.find_mut(key) {
            let old_expiry = entry.expires_at_ms();
            let new_expiry = resolve(expiry, old_expiry);
            let garbage = entry.set_string(value);
            entry.set_access(clock);
            entry.set_expiry(new_expiry);
            self.moved_deadline(key, old_expiry, new_expiry);
            self.garbage.extend(garbage.map(Garbage::Entry));
        } else {
            let at = resolve(expiry, None);
            self.insert_new(key, Entry::string(key.name, value, at));
        }
        self.record(key, event);
    }

    /// Puts a value of any type in place of whatever the key held.
    pub fn set_value(&mut self, key: Key<'a>, value: Value, expiry: Expiry, event: Event) {
        self.drop_if_expired(key);
        let old_expiry = self.peek(key).and_then(Entry::expires_at_ms);
        self.take(key);
        self.insert_new(key, Entry::new(key.name, value, resolve(expiry, old_expiry)));
        self.record(key, event);
    }

    /// Edits a string in place, made at least `len` bytes long with zeros; the key is created
    /// when it is missing. Returns what `edit` returns.
    pub fn edit_string<R>(
        &mut self,
        key: Key<'a>,
        len: usize,
        event: Event,
        edit: impl FnOnce(&mut [u8]) -> R,
    ) -> Result<R> {
        self.drop_if_expired(key);
        if self.find_mut(key).is_none() {
            self.insert_new(key, Entry::string(key.name, NewStr::Bytes(b""), None));
        }
        let clock = self.keyspace.access.fresh(self.now_ms);
        let Some(entry) = self.find_mut(key).filter(|entry| entry.kind() == Type::String) else {
            return Err(Error::WrongType);
        };
        let result = entry.edit_string(len, edit);
        entry.set_access(clock);
        self.record(key, event);
        Ok(result)
    }

    /// Changes a collection. With `create` a missing key is made; a collection left empty
    /// is deleted. `change` says by an event whether it changed anything.
    pub fn update<T: Collection, R>(
        &mut self,
        key: Key<'a>,
        create: bool,
        change: impl FnOnce(&mut T) -> (R, Option<Event>),
    ) -> Result<Option<R>> {
        self.drop_if_expired(key);
        let now_ms = self.now_ms;
        if self.find_mut(key).is_none() {
            if !create {
                self.misses += 1;
                return Ok(None);
            }
            self.insert_new(key, Entry::collection(key.name, T::default(), None));
        } else {
            self.hits += 1;
        }
        let access = &self.keyspace.access;
        let Some(entry) = self.find_mut(key) else { return Ok(None) };
        let clock = access.touched(entry.access(), now_ms);
        entry.set_access(clock);
        let Some(collection) = entry.get_mut::<T>() else { return Err(Error::WrongType) };
        let (result, event) = change(collection);
        let vanishes = collection.vanishes();
        if let Some(event) = event {
            self.record(key, event);
        }
        if vanishes {
            self.take(key);
            if event.is_some() {
                self.record(key, Event::DEL);
            }
        }
        Ok(Some(result))
    }

    /// Deletes a live key. Returns whether there was one.
    pub fn remove(&mut self, key: Key<'a>, event: Event) -> bool {
        self.drop_if_expired(key);
        let removed = self.take(key);
        if removed {
            self.record(key, event);
        }
        removed
    }

    /// Moves a live key's entry to another name, over whatever that held; value and deadline
    /// go along. Returns whether there was one.
    pub fn rename(&mut self, from: Key<'a>, to: Key<'a>, events: (Event, Event)) -> bool {
        self.drop_if_expired(from);
        self.drop_if_expired(to);
        let Some(mut entry) = self.extract(from) else { return false };
        self.take(to);
        entry.rename(to.name);
        self.insert_moved(to, entry);
        self.record(from, events.0);
        self.record(to, events.1);
        true
    }

    /// Copies a live key's value and deadline to another name, over whatever that held.
    /// Returns whether there was one.
    pub fn copy(&mut self, from: Key<'_>, to: Key<'a>, event: Event) -> bool {
        let Some(copy) = self.get(from).map(|entry| entry.duplicate(to.name)) else { return false };
        self.drop_if_expired(to);
        self.take(to);
        self.insert_new(to, copy);
        self.record(to, event);
        true
    }

    /// Sets or takes away a live key's deadline. Returns whether there is such a key.
    pub fn set_expiry(&mut self, key: Key<'a>, at_ms: Option<i64>, event: Event) -> bool {
        self.drop_if_expired(key);
        let Some(entry) = self.find_mut(key) else { return false };
        let old = entry.expires_at_ms();
        entry.set_expiry(at_ms);
        self.moved_deadline(key, old, at_ms);
        self.record(key, event);
        true
    }

    /// Sets a live key's access clock (RESTORE's IDLETIME and FREQ).
    pub fn set_access(&mut self, key: Key<'_>, clock: u32) {
        if let Some(entry) = self.find_mut(key) {
            entry.set_access(clock);
        }
    }

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
        self.flushed |= keys > 0;
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
        self.flushed = true;
    }

    /// One shard's table: the one held here, or locked for the moment when none is held.
    pub fn table(&self, db: u16, shard: usize) -> TableRef<'_> {
        let place = Place::new(db, shard);
        match self.guards.binary_search_by_key(&place, |held| held.place) {
            Ok(index) => TableRef::Held(self.guards[index].table()),
            Err(_) => TableRef::Locked(self.keyspace.database(db).read(shard).0),
        }
    }

    /// Whether any shard is locked: then its thread must not lock another.
    pub fn holds_locks(&self) -> bool {
        !self.guards.is_empty()
    }

    /// What changed so far, in order.
    pub fn changes(&self) -> &[Change<'a>] {
        &self.changes
    }

    /// Whether anything changed.
    pub fn is_dirty(&self) -> bool {
        self.flushed || !self.changes.is_empty()
    }

    /// The name of a change's key.
    pub fn name<'t>(&'t self, change: &Change<'t>) -> &'t [u8] {
        match change.name {
            Name::Arg(name) => name,
            Name::Removed(index) => match &self.garbage[index] {
                Garbage::Entry(entry) => entry.name(),
                Garbage::Table(_) => b"",
            },
        }
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

    fn record(&mut self, key: Key<'a>, event: Event) {
        self.changes.push(Change { db: key.db, hash: key.hash, event, name: Name::Arg(key.name) });
    }

    fn record_removed(&mut self, db: u16, hash: u64, entry: Entry, event: Event) {
        let name = Name::Removed(self.garbage.len());
        self.garbage.push(Garbage::Entry(entry));
        self.changes.push(Change { db, hash, event, name });
    }

    /// A write that meets an expired key deletes it first, as if the reaper had come.
    fn drop_if_expired(&mut self, key: Key<'_>) {
        let now_ms = self.now_ms;
        if !self.find_mut(key).is_some_and(|entry| entry.is_expired(now_ms)) {
            return;
        }
        if let Some(entry) = self.extract(key) {
            self.record_removed(key.db, key.hash, entry, Event::EXPIRED);
        }
    }

    /// Takes an entry out of its table, its deadline forgotten.
    fn extract(&mut self, key: Key<'_>) -> Option<Entry> {
        let table = self.table_mut(key)?;
        let (entry, _) = table.remove_entry(key.hash, |(entry, _)| entry.name() == key.name)?;
        let place = self.keyspace.place(key.db, key.hash);
        if let Some(at_ms) = entry.expires_at_ms() {
            self.keyspace.database(place.db()).shard(place.shard()).deadlines.forget(at_ms);
        }
        self.shrink_if_sparse(place);
        Some(entry)
    }

    /// Takes an entry out and leaves it to be freed.
    fn take(&mut self, key: Key<'_>) -> bool {
        let entry = self.extract(key);
        let found = entry.is_some();
        self.garbage.extend(entry.map(Garbage::Entry));
        found
    }

    fn insert_new(&mut self, key: Key<'_>, entry: Entry) {
        entry.set_access(self.keyspace.access.fresh(self.now_ms));
        self.insert_moved(key, entry);
    }

    /// Inserts an entry whose name is not in the table.
    fn insert_moved(&mut self, key: Key<'_>, entry: Entry) {
        let keyspace = self.keyspace;
        let expires_at_ms = entry.expires_at_ms();
        if let Some(table) = self.table_mut(key) {
            let slot = (entry, SharedValue::new(()));
            table.insert_entry(key.hash, slot, |(entry, _)| keyspace.hash(entry.name()));
        }
        self.moved_deadline(key, None, expires_at_ms);
    }

    /// Keeps the shard's heap true after a key's deadline changed.
    fn moved_deadline(&mut self, key: Key<'_>, old: Option<i64>, new: Option<i64>) {
        if old == new {
            return;
        }
        let keyspace = self.keyspace;
        let place = keyspace.place(key.db, key.hash);
        let deadlines = &keyspace.database(place.db()).shard(place.shard()).deadlines;
        if let Some(old) = old {
            deadlines.forget(old);
        }
        if let (Some(new), Some(table)) = (new, self.table_mut(key))
            && deadlines.add(new, key.hash, table)
        {
            keyspace.alarm.deadline_set(new);
        }
    }

    /// A table that lost most of its keys gives memory back, and stays quick to walk.
    fn shrink_if_sparse(&mut self, place: Place) {
        const SPARSE: usize = 16;
        const SMALL: usize = 64;
        let keyspace = self.keyspace;
        if let Some(table) = self.guards.iter_mut().find(|held| held.place == place)
            && let Guard::Write(table) = &mut table.guard
            && table.buckets() > SMALL
            && table.len() < table.buckets() / SPARSE
        {
            let room = table.len() * 2;
            table.shrink_to(room, |(entry, _)| keyspace.hash(entry.name()));
        }
    }

    fn find_mut(&mut self, key: Key<'_>) -> Option<&mut Entry> {
        let slot = self.table_mut(key)?.get_mut(key.hash, |(entry, _)| entry.name() == key.name)?;
        Some(&mut slot.0)
    }

    /// The exclusively locked table a key belongs to.
    fn table_mut(&mut self, key: Key<'_>) -> Option<&mut Table> {
        let place = self.keyspace.place(key.db, key.hash);
        let held = held_mut(&mut self.guards, place);
        debug_assert!(held.is_some(), "a key outside of the transaction's shards");
        match &mut held?.guard {
            Guard::Write(table) => Some(table),
            Guard::Read(_) => {
                debug_assert!(false, "a write under a shared lock");
                None
            }
        }
    }
}

type Slot = (Entry, SharedValue<()>);

impl Held<'_> {
    fn table(&self) -> &Table {
        match &self.guard {
            Guard::Read(guard) => guard,
            Guard::Write(guard) => guard,
        }
    }
}

/// The deadline a key has after a write.
fn resolve(expiry: Expiry, old: Option<i64>) -> Option<i64> {
    match expiry {
        Expiry::Keep => old,
        Expiry::Clear => None,
        Expiry::At(at_ms) => Some(at_ms),
    }
}

fn find<'t>(guards: &'t [Held<'_>], place: Place, key: Key<'_>) -> Option<&'t Entry> {
    let held = match guards {
        [only] if only.place == place => only,
        _ => &guards[guards.binary_search_by_key(&place, |held| held.place).ok()?],
    };
    let slot = held.table().get(key.hash, |(entry, _)| entry.name() == key.name)?;
    Some(&slot.0)
}

fn held_mut<'g, 'a>(guards: &'g mut [Held<'a>], place: Place) -> Option<&'g mut Held<'a>> {
    let index = match guards {
        [only] if only.place == place => 0,
        _ => guards.binary_search_by_key(&place, |held| held.place).ok()?,
    };
    guards.get_mut(index)
}
