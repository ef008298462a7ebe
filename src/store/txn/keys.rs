//! Reading and changing one key at a time.

use super::super::database::{Keyspace, Place};
use super::super::entry::{Collection, Entry, NewStr, Str};
use super::super::event::{Class, Event};
use super::super::reclaim::Garbage;
use super::locking::{Guard, Mode, find};
use super::{Change, Expiry, Slot, Txn};
use crate::protocol::{Error, Key, Result};
use crate::types::hash::Hash;
use crate::types::{Type, Value};
use dashmap::SharedValue;

impl Txn<'_> {
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
        if self.mode == Mode::Write {
            self.drop_expired_source(key);
        }
        let (now_ms, horizon_ms) = (self.now_ms, self.horizon_ms);
        let access = &self.keyspace.access;
        let found = find(&self.guards, self.keyspace.place(key.db, key.hash), key)
            .filter(|entry| !entry.is_expired(horizon_ms));
        match found {
            Some(entry) => {
                self.hits += 1;
                if touch {
                    entry.set_access(access.touched(entry.access(), now_ms));
                }
            }
            None => {
                self.misses += 1;
                if Class::KEY_MISS.is_in(self.wanted) {
                    self.changes.push(Change::new(key, Event::KEY_MISS));
                }
            }
        }
        found
    }

    /// The entry of a live key, leaving no trace.
    pub fn peek(&self, key: Key<'_>) -> Option<&Entry> {
        find(&self.guards, self.keyspace.place(key.db, key.hash), key)
            .filter(|entry| !entry.is_expired(self.horizon_ms))
    }

    /// What the live key with this hash holds, leaving no trace: for those who wait for keys, and
    /// know only their hashes.
    pub fn kind_by_hash(&self, db: u16, hash: u64) -> Option<Type> {
        let entry = self.by_hash(db, hash)?;
        (!entry.is_expired(self.horizon_ms)).then(|| entry.kind())
    }

    /// The entry of the key with this hash, whether it is live or not.
    pub(super) fn by_hash(&self, db: u16, hash: u64) -> Option<&Entry> {
        let keyspace = self.keyspace;
        let place = keyspace.place(db, hash);
        let index = self.guards.binary_search_by_key(&place, |held| held.place).ok()?;
        let is_it = |slot: &Slot| keyspace.hash(slot.0.name()) == hash;
        self.guards[index].table().get(hash, is_it).map(|slot| &slot.0)
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
    pub fn set_string(&mut self, key: Key<'_>, value: NewStr<'_>, expiry: Expiry, event: Event) {
        let (now_ms, horizon_ms) = (self.now_ms, self.horizon_ms);
        let access = &self.keyspace.access;
        let found = self.find_mut(key);
        let is_missing = found.is_none();
        if let Some(entry) = found.filter(|entry| !entry.is_expired(horizon_ms)) {
            let (old_kind, old_expiry) = (entry.kind(), entry.expires_at_ms());
            let new_expiry = resolve(expiry, old_expiry);
            let old_fields = entry.fields_expire_at_ms();
            let clock = access.touched(entry.access(), now_ms);
            let garbage = entry.set_string(value);
            entry.set_access(clock);
            if new_expiry != old_expiry {
                entry.set_expiry(new_expiry);
                self.moved_deadline(key, old_expiry, new_expiry);
            }
            self.moved_fields(key, old_fields, None);
            self.garbage.extend(garbage.map(Garbage::Entry));
            if event == Event::SET {
                self.notice_overwritten(key, old_kind, Type::String);
            }
        } else {
            if !is_missing {
                self.drop_if_expired(key);
            }
            let at_ms = resolve(expiry, None);
            self.insert_new(key, Entry::string(key.name, value, at_ms));
        }
        self.record(key, event);
    }

    /// Puts a value of any type in place of whatever the key held.
    pub fn set_value(&mut self, key: Key<'_>, value: Value, expiry: Expiry, event: Event) {
        self.drop_if_expired(key);
        let old_expiry = self.peek(key).and_then(Entry::expires_at_ms);
        let entry = Entry::new(key.name, value, resolve(expiry, old_expiry));
        entry.set_access(self.keyspace.access.fresh(self.now_ms));
        self.replace(key, entry);
        self.record(key, event);
    }

    /// Edits a string in place, made at least `len` bytes long with zeros; the key is created
    /// when it is missing. Returns what `edit` returns.
    pub fn edit_string<R>(
        &mut self,
        key: Key<'_>,
        len: usize,
        event: Event,
        edit: impl FnOnce(&mut [u8]) -> R,
    ) -> Result<R> {
        self.update_string(key, len, event, |bytes| (edit(bytes), true))
    }

    /// As [`Txn::edit_string`], but `edit` also says whether it changed anything. A string that
    /// grew, or was made, has changed in any case.
    pub fn update_string<R>(
        &mut self,
        key: Key<'_>,
        len: usize,
        event: Event,
        edit: impl FnOnce(&mut [u8]) -> (R, bool),
    ) -> Result<R> {
        self.drop_if_expired(key);
        let made = self.find_mut(key).is_none();
        if made {
            self.insert_new(key, Entry::string(key.name, NewStr::Bytes(b""), None));
        }
        let clock = self.keyspace.access.fresh(self.now_ms);
        let Some(entry) = self.find_mut(key) else { return Err(Error::WrongType) };
        let grows = len > entry.as_str().ok_or(Error::WrongType)?.len();
        let (result, edited) = entry.edit_string(len, edit);
        entry.set_access(clock);
        if made || grows || edited {
            self.record(key, event);
        }
        Ok(result)
    }

    /// Changes the integer a key holds, which is 0 where the key is missing. An error of `change`
    /// leaves it as it was. Returns the new integer.
    pub fn update_int(
        &mut self,
        key: Key<'_>,
        event: Event,
        change: impl FnOnce(i64) -> Result<i64>,
    ) -> Result<i64> {
        let (now_ms, horizon_ms) = (self.now_ms, self.horizon_ms);
        let access = &self.keyspace.access;
        let Some(entry) = self.find_mut(key).filter(|entry| !entry.is_expired(horizon_ms)) else {
            let int = change(0)?;
            self.set_string(key, NewStr::Int(int), Expiry::Keep, event);
            return Ok(int);
        };
        let old = entry.as_str().ok_or(Error::WrongType)?.as_int().ok_or(Error::NotInteger)?;
        let int = change(old)?;
        let garbage = entry.set_string(NewStr::Int(int));
        entry.set_access(access.touched(entry.access(), now_ms));
        self.garbage.extend(garbage.map(Garbage::Entry));
        self.record(key, event);
        Ok(int)
    }

    /// Changes a collection. With `create` a missing key is made; a collection left empty
    /// is deleted. `change` says by an event whether it changed anything; if not, no key is made.
    /// A hash comes without the fields that have expired; what becomes of the deadlines of the
    /// others is seen here.
    pub fn update<T: Collection, R>(
        &mut self,
        key: Key<'_>,
        create: bool,
        change: impl FnOnce(&mut T) -> (R, Option<Event>),
    ) -> Result<Option<R>> {
        let (now_ms, horizon_ms) = (self.now_ms, self.horizon_ms);
        let access = &self.keyspace.access;
        let mut is_new = false;
        // Nearly always the key is there and nothing of it has expired: then it is looked up once.
        let changed = match self.find_mut(key) {
            Some(entry) if !has_expired(entry, horizon_ms) => {
                change_collection(entry, access.touched(entry.access(), now_ms), change)
            }
            _ => {
                self.drop_if_expired(key);
                is_new = self.find_mut(key).is_none();
                if is_new && !create {
                    self.misses += 1;
                    return Ok(None);
                }
                if is_new {
                    self.insert_new(key, Entry::collection(key.name, T::default(), None));
                }
                let Some(entry) = self.find_mut(key) else { return Ok(None) };
                change_collection(entry, access.touched(entry.access(), now_ms), change)
            }
        };
        self.hits += u32::from(!is_new);
        let Changed { result, event, is_gone, old_fields, new_fields } = changed?;
        self.moved_fields(key, old_fields, new_fields);
        if let Some(event) = event {
            self.record(key, event);
        }
        // A stream may be empty, but not come to be by a command that did nothing.
        if is_gone || (is_new && event.is_none()) {
            self.take(key);
            if event.is_some() {
                self.record(key, Event::DEL);
            }
        }
        Ok(Some(result))
    }

    /// Deletes a live key. Returns whether there was one.
    pub fn remove(&mut self, key: Key<'_>, event: Event) -> bool {
        self.drop_if_expired(key);
        let removed = self.take(key);
        if removed {
            self.record(key, event);
        }
        removed
    }

    /// Moves a live key's entry to another name, over whatever that held; value and deadline
    /// go along. Returns whether there was one.
    pub fn rename(&mut self, from: Key<'_>, to: Key<'_>, events: (Event, Event)) -> bool {
        self.drop_if_expired(from);
        self.drop_if_expired(to);
        let Some(mut entry) = self.extract(from) else { return false };
        entry.rename(to.name);
        self.replace(to, entry);
        self.record(from, events.0);
        self.record(to, events.1);
        true
    }

    /// Copies a live key's value and deadline to another name, over whatever that held.
    /// Returns whether there was one.
    pub fn copy(&mut self, from: Key<'_>, to: Key<'_>, event: Event) -> bool {
        let Some(copy) = self.get(from).map(|entry| entry.duplicate(to.name)) else { return false };
        self.drop_if_expired(to);
        copy.set_access(self.keyspace.access.fresh(self.now_ms));
        self.replace(to, copy);
        self.record(to, event);
        true
    }

    /// Sets or takes away a live key's deadline. Returns whether there is such a key.
    pub fn set_expiry(&mut self, key: Key<'_>, at_ms: Option<i64>, event: Event) -> bool {
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

    /// A write that meets an expired key deletes it first, as if the reaper had come; of a hash
    /// the fields that have expired, however many they are.
    fn drop_if_expired(&mut self, key: Key<'_>) {
        let (horizon_ms, wants_names) = (self.horizon_ms, self.wants_names);
        let Some(entry) = self.find_mut(key) else { return };
        if entry.is_expired(horizon_ms) {
            if let Some(entry) = self.extract(key) {
                self.record_expired(key.db, key.hash, entry);
            }
            return;
        }
        let old = entry.fields_expire_at_ms();
        if old.is_none_or(|at_ms| at_ms > horizon_ms) {
            return;
        }
        let removed = remove_expired_fields(entry, horizon_ms, usize::MAX, wants_names);
        self.moved_fields(key, old, removed.next_ms);
        self.record_expired_fields(key.db, key.hash, key.name, removed.count, removed.names);
    }

    /// What a write stores may depend on what it finds missing in other keys: so what has expired
    /// of these goes first as well, and is in the log before it.
    fn drop_expired_source(&mut self, key: Key<'_>) {
        let found = find(&self.guards, self.keyspace.place(key.db, key.hash), key);
        if found.is_some_and(|entry| has_expired(entry, self.horizon_ms)) {
            self.drop_if_expired(key);
        }
    }

    /// Takes an entry out of its table, its deadlines forgotten.
    pub(super) fn extract(&mut self, key: Key<'_>) -> Option<Entry> {
        self.before_change(key);
        let table = self.table_mut(key)?;
        let (entry, _) = table.remove_entry(key.hash, |(entry, _)| entry.name() == key.name)?;
        let place = self.keyspace.place(key.db, key.hash);
        self.forget_deadlines(place, &entry);
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

    /// Puts an entry in place of whatever the key held.
    fn replace(&mut self, key: Key<'_>, entry: Entry) {
        let old = self.extract(key);
        match &old {
            None => self.notice(key, Event::NEW),
            Some(old) => self.notice_overwritten(key, old.kind(), entry.kind()),
        }
        self.garbage.extend(old.map(Garbage::Entry));
        self.insert_moved(key, entry);
    }

    fn notice_overwritten(&mut self, key: Key<'_>, old: Type, new: Type) {
        self.notice(key, Event::OVERWRITTEN);
        if old != new {
            self.notice(key, Event::TYPE_CHANGED);
        }
    }

    fn insert_new(&mut self, key: Key<'_>, entry: Entry) {
        entry.set_access(self.keyspace.access.fresh(self.now_ms));
        self.notice(key, Event::NEW);
        self.insert_moved(key, entry);
    }

    /// Inserts an entry whose name is not in the table.
    pub(super) fn insert_moved(&mut self, key: Key<'_>, entry: Entry) {
        let keyspace = self.keyspace;
        let (expires_at_ms, fields) = (entry.expires_at_ms(), entry.fields_expire_at_ms());
        keyspace.snapshots.welcome(&entry);
        if let Some(table) = self.table_mut(key) {
            let slot = (entry, SharedValue::new(()));
            table.insert_entry(key.hash, slot, |(entry, _)| keyspace.hash(entry.name()));
        }
        self.moved_deadline(key, None, expires_at_ms);
        self.moved_fields(key, None, fields);
    }

    /// Keeps the shard's heap true after a key's deadline changed.
    fn moved_deadline(&mut self, key: Key<'_>, old: Option<i64>, new: Option<i64>) {
        if old == new {
            return;
        }
        let place = self.keyspace.place(key.db, key.hash);
        if let Some(old) = old {
            self.forget_deadline(place, old);
        }
        if let Some(new) = new
            && self.keyspace.shard(place).deadlines.add(new, key.hash)
        {
            self.keyspace.alarm.deadline_set(new);
        }
    }

    /// Keeps the shard's heap true after the earliest deadline of a hash's fields changed.
    fn moved_fields(&mut self, key: Key<'_>, old: Option<i64>, new: Option<i64>) {
        if old != new {
            let place = self.keyspace.place(key.db, key.hash);
            self.moved_fields_at(place, key.hash, old, new);
        }
    }

    pub(super) fn moved_fields_at(
        &self,
        place: Place,
        hash: u64,
        old: Option<i64>,
        new: Option<i64>,
    ) {
        let deadlines = &self.keyspace.shard(place).deadlines;
        if old.is_some() && deadlines.forget_fields() {
            self.weed(place);
        }
        if let Some(new) = new
            && deadlines.add_fields(new, hash)
        {
            self.keyspace.alarm.deadline_set(new);
        }
    }

    /// An entry was taken out of the shard: its deadlines are none any more.
    pub(super) fn forget_deadlines(&self, place: Place, entry: &Entry) {
        if let Some(at_ms) = entry.expires_at_ms() {
            self.forget_deadline(place, at_ms);
        }
        if entry.fields_expire_at_ms().is_some()
            && self.keyspace.shard(place).deadlines.forget_fields()
        {
            self.weed(place);
        }
    }

    /// A key of the shard no longer has this deadline.
    fn forget_deadline(&self, place: Place, at_ms: i64) {
        if self.keyspace.shard(place).deadlines.forget(at_ms) {
            self.weed(place);
        }
    }

    /// Takes the stale entries out of the shard's heap.
    fn weed(&self, place: Place) {
        let table = self.table(place.db(), place.shard());
        self.keyspace.shard(place).deadlines.weed(|at_ms, hash| {
            let is_live = |slot: &Slot| {
                has_deadline(self.keyspace, slot, at_ms, hash)
                    || has_fields_deadline(self.keyspace, slot, at_ms, hash)
            };
            table.get(hash, is_live).is_some()
        });
    }

    /// A table that lost most of its keys gives memory back, and stays quick to walk.
    pub(super) fn shrink_if_sparse(&mut self, place: Place) {
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

    /// A snapshot that is under way gets the entry first, as it is.
    fn before_change(&self, key: Key<'_>) {
        let keyspace = self.keyspace;
        if keyspace.snapshots.is_active()
            && let Some(entry) = find(&self.guards, keyspace.place(key.db, key.hash), key)
        {
            keyspace.snapshots.before_change(key.db, entry, &keyspace.access);
        }
    }

    fn find_mut(&mut self, key: Key<'_>) -> Option<&mut Entry> {
        self.before_change(key);
        let slot = self.table_mut(key)?.get_mut(key.hash, |(entry, _)| entry.name() == key.name)?;
        Some(&mut slot.0)
    }
}

/// What came of the change of a collection.
struct Changed<R> {
    result: R,
    event: Option<Event>,
    /// Whether nothing is left that could stay.
    is_gone: bool,
    /// The earliest deadlines of its fields before and after.
    old_fields: Option<i64>,
    new_fields: Option<i64>,
}

/// Changes the collection in an entry that nothing has expired of, and renews its access clock.
fn change_collection<T: Collection, R>(
    entry: &mut Entry,
    clock: u32,
    change: impl FnOnce(&mut T) -> (R, Option<Event>),
) -> Result<Changed<R>> {
    entry.set_access(clock);
    let old_fields = entry.fields_expire_at_ms();
    let collection = entry.get_mut::<T>().ok_or(Error::WrongType)?;
    let (result, event) = change(collection);
    let is_gone = collection.vanishes();
    let new_fields = entry.fields_expire_at_ms();
    Ok(Changed { result, event, is_gone, old_fields, new_fields })
}

/// Whether an entry has expired, or fields of it have.
fn has_expired(entry: &Entry, now_ms: i64) -> bool {
    entry.is_overdue(now_ms) || entry.fields_expire_at_ms().is_some_and(|at_ms| at_ms <= now_ms)
}

/// Whether an entry is the one that a pair in the heap of deadlines stands for. Comparing the
/// whole hash matters: many keys may have one deadline, and the table looks at seven bits of it.
pub(super) fn has_deadline(keyspace: &Keyspace, slot: &Slot, at_ms: i64, hash: u64) -> bool {
    slot.0.expires_at_ms() == Some(at_ms) && keyspace.hash(slot.0.name()) == hash
}

/// Whether an entry is a hash whose earliest deadline of a field such a pair stands for.
pub(super) fn has_fields_deadline(keyspace: &Keyspace, slot: &Slot, at_ms: i64, hash: u64) -> bool {
    slot.0.fields_expire_at_ms() == Some(at_ms) && keyspace.hash(slot.0.name()) == hash
}

/// Fields of a hash that were deleted, as their time had come.
#[derive(Default)]
pub(super) struct RemovedFields {
    pub(super) count: usize,
    /// What they were called, if somebody wants to know.
    pub(super) names: Vec<Vec<u8>>,
    /// The earliest deadline of those that are left.
    pub(super) next_ms: Option<i64>,
}

/// Deletes up to `most` fields of a hash whose time has come by `horizon_ms`.
pub(super) fn remove_expired_fields(
    entry: &mut Entry,
    horizon_ms: i64,
    most: usize,
    wants_names: bool,
) -> RemovedFields {
    let mut removed = RemovedFields::default();
    let Some(fields) = entry.get_mut::<Hash>() else { return removed };
    let names = &mut removed.names;
    removed.count = fields.remove_expired(horizon_ms, most, &mut |name| {
        if wants_names {
            let mut text = Vec::with_capacity(name.len());
            name.write_to(&mut text);
            names.push(text);
        }
    });
    removed.next_ms = fields.next_expiry();
    removed
}

/// The deadline a key has after a write.
fn resolve(expiry: Expiry, old: Option<i64>) -> Option<i64> {
    match expiry {
        Expiry::Keep => old,
        Expiry::Clear => None,
        Expiry::At(at_ms) => Some(at_ms),
    }
}
