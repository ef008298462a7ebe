//! Fields of hashes that expire: the transaction against a map, and beside a reaper.

use super::{CHANGED, START_MS, key, lock};
use crate::protocol::{Error, Key};
use crate::store::expire::NEVER;
use crate::store::scan;
use crate::store::txn::{Mode, Txn};
use crate::store::{Event, Expiry, Keyspace, NewStr, SHARDS, walk};
use crate::types::hash::Hash;
use crate::types::{Limits, Value};
use crate::util::clock;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const DATABASES: u16 = 2;
const NAMES: [&[u8]; 3] = [b"a", b"b", b"c"];

/// A key: the index of its name, and its database.
type Slot = (usize, u16);

/// So few fields fit into a listpack that every test meets both encodings.
fn limits() -> Limits {
    Limits { hash_max_listpack_entries: 3, ..Limits::default() }
}

fn put(hash: &mut Hash, field: u8, expires_at_ms: Option<i64>) {
    hash.insert(&[field], b"value", &limits());
    hash.set_expiry(&[field], expires_at_ms);
}

#[derive(Clone, Debug)]
enum Op {
    /// The field is set, to expire after so many milliseconds.
    Put(Slot, u8, Option<i64>),
    Delete(Slot, u8),
    /// A value that comes whole, as from a file.
    Restore(Slot, Vec<(u8, Option<i64>)>),
    Overwrite(Slot),
    Remove(Slot),
    Rename(Slot, Slot),
    Copy(Slot, Slot),
    ExpireKey(Slot, Option<i64>),
    Flush(Option<u16>),
    Swap,
    Reap(usize),
    Wait(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let slot = || (0..NAMES.len(), 0..DATABASES);
    let after = || prop::option::weighted(0.8, -3..20i64);
    let field = || 0..6u8;
    let fields = prop::collection::vec((field(), after()), 1..6);
    prop_oneof![
        8 => (slot(), field(), after()).prop_map(|(slot, field, at)| Op::Put(slot, field, at)),
        2 => (slot(), field()).prop_map(|(slot, field)| Op::Delete(slot, field)),
        2 => (slot(), fields).prop_map(|(slot, fields)| Op::Restore(slot, fields)),
        1 => slot().prop_map(Op::Overwrite),
        1 => slot().prop_map(Op::Remove),
        2 => (slot(), slot()).prop_map(|(from, to)| Op::Rename(from, to)),
        2 => (slot(), slot()).prop_map(|(from, to)| Op::Copy(from, to)),
        2 => (slot(), after()).prop_map(|(slot, at)| Op::ExpireKey(slot, at)),
        1 => prop::option::of(0..DATABASES).prop_map(Op::Flush),
        1 => Just(Op::Swap),
        2 => (1..5usize).prop_map(Op::Reap),
        5 => (1..8i64).prop_map(Op::Wait),
    ]
}

/// What a key holds: the deadlines of its fields, or a string.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    fields: Option<BTreeMap<u8, Option<i64>>>,
    expires_at_ms: Option<i64>,
}

struct Test {
    keyspace: Keyspace,
    model: BTreeMap<Slot, Held>,
    now_ms: i64,
}

impl Test {
    fn key(&self, slot: Slot) -> Key<'static> {
        key(&self.keyspace, slot.1, NAMES[slot.0])
    }

    fn write(&self, slots: &[Slot]) -> Txn<'_> {
        let keys: Vec<Key<'_>> = slots.iter().map(|slot| self.key(*slot)).collect();
        lock(&self.keyspace, Mode::Write, &keys, self.now_ms)
    }

    fn write_all(&self) -> Txn<'_> {
        Txn::lock_all(&self.keyspace, Mode::Write, 0..DATABASES, self.now_ms)
    }

    /// Does the same to both, and compares what each says of it.
    fn run(&mut self, op: Op) {
        let at_ms = |after_ms: Option<i64>| after_ms.map(|after_ms| self.now_ms + after_ms);
        match op {
            Op::Put(slot, field, after_ms) => self.put(slot, field, at_ms(after_ms)),
            Op::Delete(slot, field) => self.delete(slot, field),
            Op::Restore(slot, fields) => {
                let fields: BTreeMap<u8, Option<i64>> =
                    fields.into_iter().map(|(field, after_ms)| (field, at_ms(after_ms))).collect();
                let mut hash = Hash::default();
                fields.iter().for_each(|(field, at_ms)| put(&mut hash, *field, *at_ms));
                let value = Value::Hash(hash);
                self.write(&[slot]).set_value(self.key(slot), value, Expiry::Clear, CHANGED);
                self.model.insert(slot, Held { fields: Some(fields), expires_at_ms: None });
            }
            Op::Overwrite(slot) => {
                let mut txn = self.write(&[slot]);
                txn.set_string(self.key(slot), NewStr::Int(1), Expiry::Clear, CHANGED);
                drop(txn);
                self.model.insert(slot, Held { fields: None, expires_at_ms: None });
            }
            Op::Remove(slot) => {
                let removed = self.write(&[slot]).remove(self.key(slot), CHANGED);
                assert_eq!(removed, self.model.remove(&slot).is_some());
            }
            Op::Rename(from, to) => {
                let mut txn = self.write(&[from, to]);
                let renamed = txn.rename(self.key(from), self.key(to), (CHANGED, CHANGED));
                drop(txn);
                let held = self.model.remove(&from);
                assert_eq!(renamed, held.is_some());
                self.model.extend(held.map(|held| (to, held)));
            }
            Op::Copy(from, to) => {
                let copied = self.write(&[from, to]).copy(self.key(from), self.key(to), CHANGED);
                let held = self.model.get(&from).cloned();
                assert_eq!(copied, held.is_some());
                self.model.extend(held.map(|held| (to, held)));
            }
            Op::ExpireKey(slot, after_ms) => {
                let at_ms = at_ms(after_ms);
                let found = self.write(&[slot]).set_expiry(self.key(slot), at_ms, CHANGED);
                let held = self.model.get_mut(&slot).map(|held| held.expires_at_ms = at_ms);
                assert_eq!(found, held.is_some());
            }
            Op::Flush(db) => {
                self.write_all().flush(db);
                self.model.retain(|slot, _| db.is_some_and(|db| db != slot.1));
            }
            Op::Swap => {
                self.write_all().swap_databases(0, 1);
                let swapped = std::mem::take(&mut self.model).into_iter();
                self.model = swapped.map(|((name, db), held)| ((name, 1 - db), held)).collect();
            }
            Op::Reap(bite) => self.reap(bite),
            Op::Wait(ms) => self.now_ms += ms,
        }
        self.expire();
        self.check();
    }

    fn put(&mut self, slot: Slot, field: u8, at_ms: Option<i64>) {
        let done = self.write(&[slot]).update(self.key(slot), true, |hash: &mut Hash| {
            put(hash, field, at_ms);
            ((), Some(CHANGED))
        });
        let new = Held { fields: Some(BTreeMap::new()), expires_at_ms: None };
        match &mut self.model.entry(slot).or_insert(new).fields {
            Some(fields) => drop(fields.insert(field, at_ms)),
            None => assert_eq!(done, Err(Error::WrongType)),
        }
    }

    /// A write sees no field that has expired, and a hash goes with its last one.
    fn delete(&mut self, slot: Slot, field: u8) {
        let mut txn = self.write(&[slot]);
        let deleted = txn.update(self.key(slot), false, |hash: &mut Hash| {
            let removed = hash.remove(&[field]);
            (removed, removed.then_some(CHANGED))
        });
        drop(txn);
        match self.model.get_mut(&slot).map(|held| &mut held.fields) {
            None => assert_eq!(deleted, Ok(None)),
            Some(None) => assert_eq!(deleted, Err(Error::WrongType)),
            Some(Some(fields)) => {
                assert_eq!(deleted, Ok(Some(fields.remove(&field).is_some())));
                if fields.is_empty() {
                    self.model.remove(&slot);
                }
            }
        }
    }

    /// Afterwards nothing that has expired takes any memory.
    fn reap(&mut self, bite: usize) {
        for place in self.keyspace.due_places(self.now_ms) {
            loop {
                let mut txn = Txn::lock_place(&self.keyspace, place, self.now_ms);
                let reaped = txn.reap(bite);
                assert!(reaped.keys + reaped.fields <= bite);
                assert!(reaped.fields as u64 <= txn.take_expired_fields());
                assert!(txn.changes.iter().all(|change| change.by_time));
                if !reaped.more {
                    break;
                }
            }
        }
        let stored = self.stored();
        assert!(stored.iter().all(|(_, next_ms)| *next_ms > self.now_ms), "{stored:?}");
        let expiring = self.model.values().filter_map(|held| held.fields.as_ref());
        let expiring = expiring.filter(|fields| fields.values().any(Option::is_some));
        assert_eq!(stored.len(), expiring.count());
    }

    /// Forgets what has expired: nobody can see it.
    fn expire(&mut self) {
        let now_ms = self.now_ms;
        let lives = |at_ms: Option<i64>| at_ms.is_none_or(|at_ms| at_ms > now_ms);
        self.model.retain(|_, held| {
            let Some(fields) = &mut held.fields else { return lives(held.expires_at_ms) };
            fields.retain(|_, at_ms| lives(*at_ms));
            lives(held.expires_at_ms) && !fields.is_empty()
        });
    }

    /// Each hash that has a field with a deadline: its shard's number, and the earliest of them.
    fn stored(&self) -> Vec<((u16, usize), i64)> {
        let txn = Txn::lock_all(&self.keyspace, Mode::Read, 0..DATABASES, self.now_ms);
        let mut stored = Vec::new();
        for place in (0..DATABASES).flat_map(|db| (0..SHARDS).map(move |shard| (db, shard))) {
            scan::for_each(&txn.table(place.0, place.1), |entry| {
                stored.extend(entry.fields_expire_at_ms().map(|at_ms| (place, at_ms)));
            });
        }
        stored
    }

    /// What can be seen is what the model holds, every count is true, and whatever is due has
    /// its place in the heap.
    fn check(&self) {
        let txn = Txn::lock_all(&self.keyspace, Mode::Read, 0..DATABASES, self.now_ms);
        for slot in (0..NAMES.len()).flat_map(|name| (0..DATABASES).map(move |db| (name, db))) {
            let seen = txn.peek(self.key(slot)).map(|entry| Held {
                fields: entry.get::<Hash>().map(|hash| {
                    let fields = hash.at(self.now_ms).iter();
                    fields.map(|(name, _, at_ms)| (name.to_bytes()[0], at_ms)).collect()
                }),
                expires_at_ms: entry.expires_at_ms(),
            });
            assert_eq!(seen.as_ref(), self.model.get(&slot), "{slot:?}");
        }
        let mut counts = BTreeMap::new();
        for ((db, shard), next_ms) in self.stored() {
            *counts.entry((db, shard)).or_insert(0) += 1;
            assert!(self.keyspace.database(db).shard(shard).deadlines.next_ms() <= next_ms);
        }
        for (db, shard) in (0..DATABASES).flat_map(|db| (0..SHARDS).map(move |shard| (db, shard))) {
            let counted = self.keyspace.database(db).shard(shard).deadlines.hashes();
            assert_eq!(counted, counts.get(&(db, shard)).copied().unwrap_or(0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn fields_expire_as_those_of_a_map_would(ops in prop::collection::vec(op(), 0..60)) {
        let keyspace = Keyspace::new(DATABASES);
        let mut test = Test { keyspace, model: BTreeMap::new(), now_ms: START_MS };
        ops.into_iter().for_each(|op| test.run(op));
        // In the end only fields without a deadline are left.
        test.run(Op::Wait(1000));
        test.run(Op::Reap(64));
        assert_eq!(test.keyspace.next_deadline_ms(), NEVER);
    }
}

/// A hash of `count` fields that expire at START_MS + 1, and, with `lasting`, one that does not.
fn crowd(keyspace: &Keyspace, count: u32, lasting: bool) -> Key<'static> {
    let key = key(keyspace, 0, b"crowd");
    let mut txn = lock(keyspace, Mode::Write, &[key], START_MS);
    let filled = txn.update(key, true, |hash: &mut Hash| {
        for field in 0..count {
            hash.insert(&field.to_be_bytes(), b"", &limits());
            hash.set_expiry(&field.to_be_bytes(), Some(START_MS + 1));
        }
        if lasting {
            hash.insert(b"lasting", b"", &limits());
        }
        ((), Some(CHANGED))
    });
    assert_eq!(filled, Ok(Some(())));
    key
}

#[test]
fn many_fields_due_at_once_go_in_bites() {
    let keyspace = Keyspace::new(1);
    let key = crowd(&keyspace, 1000, true);
    let place = keyspace.place(0, key.hash);
    for left in (0..1000).step_by(64).map(|gone| 1000 - gone) {
        let mut txn = Txn::lock_place(&keyspace, place, START_MS + 1);
        let reaped = txn.reap(64);
        assert_eq!((reaped.keys, reaped.fields, reaped.more), (0, left.min(64), left > 64));
        assert_eq!(txn.take_expired_fields(), left.min(64) as u64);
        let events: Vec<Event> = txn.changes.iter().map(|change| change.event).collect();
        assert_eq!(events, [Event::FIELDS_EXPIRED]);
    }
    assert_eq!((keyspace.next_deadline_ms(), keyspace.database(0).volatile_hashes()), (NEVER, 0));
}

#[test]
fn a_hash_all_of_whose_fields_are_due_goes_whole() {
    let keyspace = Keyspace::new(1);
    let key = crowd(&keyspace, 1000, false);
    let txn = lock(&keyspace, Mode::Read, &[key], START_MS + 1);
    assert!(txn.peek(key).is_none() && !walk::contains(&txn, 0, key.name));
    drop(txn);
    let mut txn = Txn::lock_place(&keyspace, keyspace.place(0, key.hash), START_MS + 1);
    let reaped = txn.reap(1);
    assert_eq!((reaped.keys, reaped.fields, reaped.more), (1, 0, false));
    assert_eq!(txn.take_expired_fields(), 1000);
    let events: Vec<Event> = txn.changes.iter().map(|change| change.event).collect();
    assert_eq!(events, [Event::FIELDS_EXPIRED, Event::DEL]);
    drop(txn);
    assert_eq!((keyspace.next_deadline_ms(), keyspace.database(0).volatile_hashes()), (NEVER, 0));
}

#[test]
fn an_earliest_deadline_that_keeps_changing_costs_nothing_that_stays() {
    let keyspace = Keyspace::new(1);
    let key = crowd(&keyspace, 10, true);
    for n in 0..100_000 {
        let at_ms = (n % 3 > 0).then_some(START_MS + 1 - n % 2);
        let mut txn = lock(&keyspace, Mode::Write, &[key], START_MS - 1);
        let done = txn.update(key, false, |hash: &mut Hash| {
            (hash.set_expiry(b"lasting", at_ms), Some(CHANGED))
        });
        assert_eq!(done, Ok(Some(true)));
    }
    let bytes = keyspace.shard(keyspace.place(0, key.hash)).deadlines.allocated_bytes();
    assert!(bytes < 10_000, "{bytes} bytes for the deadlines of one hash");
}

/// Writers give fields short lives, a reaper takes them, and readers look: none is ever seen late,
/// and in the end none is left. The reaper sleeps for as long as it may: a deadline of which it
/// does not hear makes it late.
#[test]
fn the_reaper_hears_of_every_field_beside_writers_and_readers() {
    const WRITERS: usize = 3;
    const ROUNDS: usize = 3000;
    let keyspace = Keyspace::new(1);
    let names: Vec<String> = (0..20).map(|n| format!("hash:{n}")).collect();
    let keys: Vec<Key<'_>> = names.iter().map(|name| key(&keyspace, 0, name.as_bytes())).collect();
    let (at_work, ended) = (AtomicUsize::new(WRITERS), AtomicBool::new(false));
    thread::scope(|scope| {
        let reaper = scope.spawn(|| {
            let mut worst_ms = 0;
            while !ended.load(Ordering::Acquire) {
                keyspace.alarm.arm();
                for place in keyspace.due_places(clock::now_ms()) {
                    let mut more = true;
                    while more {
                        let reaped = Txn::lock_place(&keyspace, place, clock::now_ms()).reap(16);
                        worst_ms = worst_ms.max(reaped.late_ms);
                        more = reaped.more;
                    }
                }
                let next_ms = keyspace.next_deadline_ms();
                keyspace.alarm.sleep(next_ms, Duration::from_secs(60), clock::now_ms);
            }
            worst_ms
        });
        for writer in 0..WRITERS {
            let (keyspace, keys, at_work) = (&keyspace, &keys, &at_work);
            scope.spawn(move || {
                for n in 0..ROUNDS {
                    let (one, other) = (keys[n * 7 % keys.len()], keys[n * 11 % keys.len()]);
                    let field = ((n * WRITERS + writer) as u32 % 97).to_be_bytes();
                    let mut txn = lock(keyspace, Mode::Write, &[one, other], clock::now_ms());
                    let at_ms = txn.now_ms() + n as i64 % 30;
                    let done = txn.update(one, true, |hash: &mut Hash| {
                        hash.insert(&field, b"", &limits());
                        hash.set_expiry(&field, Some(at_ms));
                        ((), Some(CHANGED))
                    });
                    assert_eq!(done, Ok(Some(())));
                    match n % 5 {
                        0 => drop(txn.rename(one, other, (CHANGED, CHANGED))),
                        1 => drop(txn.copy(one, other, CHANGED)),
                        2 => drop(txn.remove(other, CHANGED)),
                        _ => {}
                    }
                }
                at_work.fetch_sub(1, Ordering::Release);
            });
        }
        while at_work.load(Ordering::Acquire) > 0 {
            for key in &keys {
                let mut txn = lock(&keyspace, Mode::Read, &[*key], clock::now_ms());
                let now_ms = txn.now_ms();
                let Ok(Some(hash)) = txn.read::<Hash>(*key) else { continue };
                assert!(!hash.at(now_ms).is_empty(), "a hash without fields is there");
            }
        }
        thread::sleep(Duration::from_millis(200));
        assert_eq!(keyspace.next_deadline_ms(), NEVER, "the reaper missed something");
        ended.store(true, Ordering::Release);
        keyspace.alarm.ring();
        let worst_ms = reaper.join().expect("the reaper does not panic");
        assert!(worst_ms < 5_000, "a field outlived its deadline by {worst_ms} ms");
    });
    let txn = lock(&keyspace, Mode::Read, &[], clock::now_ms());
    assert_eq!((walk::len(&txn, 0), keyspace.database(0).volatile_hashes()), (0, 0));
}
