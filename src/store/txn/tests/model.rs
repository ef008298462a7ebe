//! The transaction against a map of names: random changes under a clock that the test moves.

use super::{CHANGED, START_MS, key, lock};
use crate::protocol::{Error, Key};
use crate::store::scan;
use crate::store::txn::{Mode, Txn};
use crate::store::{Event, Expiry, Keyspace, NewStr, SHARDS, Str};
use crate::types::Limits;
use crate::types::list::List;
use proptest::prelude::*;
use std::collections::BTreeMap;

const DATABASES: u16 = 2;
const NAMES: [&[u8]; 6] = [b"a", b"b", b"c", b"d", b"", b"longer than the others"];

/// A key: the index of its name, and its database.
type Slot = (usize, u16);

#[derive(Clone, Debug)]
enum Op {
    Set(Slot, Vec<u8>, Deadline),
    Edit(Slot, usize),
    Push(Slot),
    Pop(Slot),
    Remove(Slot),
    Rename(Slot, Slot),
    Copy(Slot, Slot),
    Expire(Slot, Option<i64>),
    Get(Slot),
    Flush(Option<u16>),
    Swap,
    Reap,
    Wait(i64),
}

/// What becomes of a deadline, in milliseconds from now.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    Keep,
    Clear,
    In(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let slot = || (0..NAMES.len(), 0..DATABASES);
    let deadline = prop_oneof![
        Just(Deadline::Keep),
        Just(Deadline::Clear),
        (0..20i64).prop_map(Deadline::In),
    ];
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20),
        any::<i32>().prop_map(|number| number.to_string().into_bytes()),
        Just(vec![b'v'; 40_000]),
    ];
    prop_oneof![
        6 => (slot(), value, deadline).prop_map(|(slot, value, at)| Op::Set(slot, value, at)),
        2 => (slot(), 0..30usize).prop_map(|(slot, len)| Op::Edit(slot, len)),
        2 => slot().prop_map(Op::Push),
        2 => slot().prop_map(Op::Pop),
        2 => slot().prop_map(Op::Remove),
        3 => (slot(), slot()).prop_map(|(from, to)| Op::Rename(from, to)),
        2 => (slot(), slot()).prop_map(|(from, to)| Op::Copy(from, to)),
        4 => (slot(), prop::option::of(0..20i64)).prop_map(|(slot, at)| Op::Expire(slot, at)),
        3 => slot().prop_map(Op::Get),
        1 => prop::option::of(0..DATABASES).prop_map(Op::Flush),
        1 => Just(Op::Swap),
        2 => Just(Op::Reap),
        4 => (1..10i64).prop_map(Op::Wait),
    ]
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    String(Vec<u8>),
    /// A list of this many elements.
    List(usize),
}

#[derive(Clone, Debug, PartialEq)]
struct Held {
    value: Value,
    expires_at_ms: Option<i64>,
}

/// What the keyspace should hold.
struct Model {
    keys: BTreeMap<Slot, Held>,
    now_ms: i64,
}

impl Model {
    /// Forgets what has expired: nobody can see it.
    fn expire(&mut self) {
        let now_ms = self.now_ms;
        self.keys.retain(|_, held| held.expires_at_ms.is_none_or(|at_ms| at_ms > now_ms));
    }

    fn expires_at_ms(&self, slot: Slot) -> Option<i64> {
        self.keys.get(&slot)?.expires_at_ms
    }

    fn set(&mut self, slot: Slot, value: Value, expires_at_ms: Option<i64>) {
        self.keys.insert(slot, Held { value, expires_at_ms });
    }
}

struct Test {
    keyspace: Keyspace,
    model: Model,
}

impl Test {
    fn key(&self, slot: Slot) -> Key<'static> {
        key(&self.keyspace, slot.1, NAMES[slot.0])
    }

    fn write(&self, slots: &[Slot]) -> Txn<'_> {
        let keys: Vec<Key<'_>> = slots.iter().map(|slot| self.key(*slot)).collect();
        lock(&self.keyspace, Mode::Write, &keys, self.model.now_ms)
    }

    fn write_all(&self) -> Txn<'_> {
        Txn::lock_all(&self.keyspace, Mode::Write, 0..DATABASES, self.model.now_ms)
    }

    /// Does the same to both, and compares what each says of it.
    fn run(&mut self, op: Op) {
        match op {
            Op::Set(slot, value, deadline) => self.set(slot, value, deadline),
            Op::Edit(slot, len) => self.edit(slot, len),
            Op::Push(slot) => self.push(slot),
            Op::Pop(slot) => self.pop(slot),
            Op::Remove(slot) => {
                let removed = self.write(&[slot]).remove(self.key(slot), CHANGED);
                assert_eq!(removed, self.model.keys.remove(&slot).is_some());
            }
            Op::Rename(from, to) => self.rename(from, to),
            Op::Copy(from, to) => {
                let mut txn = self.write(&[from, to]);
                let copied = txn.copy(self.key(from), self.key(to), CHANGED);
                drop(txn);
                let held = self.model.keys.get(&from).cloned();
                assert_eq!(copied, held.is_some());
                self.model.keys.extend(held.map(|held| (to, held)));
            }
            Op::Expire(slot, after_ms) => {
                let at_ms = after_ms.map(|after_ms| self.model.now_ms + after_ms);
                let found = self.write(&[slot]).set_expiry(self.key(slot), at_ms, CHANGED);
                let held = self.model.keys.get_mut(&slot);
                assert_eq!(found, held.is_some());
                held.into_iter().for_each(|held| held.expires_at_ms = at_ms);
            }
            Op::Get(slot) => {
                let key = self.key(slot);
                let mut txn = lock(&self.keyspace, Mode::Read, &[key], self.model.now_ms);
                let found = txn.get(key).is_some();
                assert_eq!(found, self.model.keys.contains_key(&slot));
                assert_eq!(txn.lookups(), (u32::from(found), u32::from(!found)));
                assert!(!txn.is_dirty());
            }
            Op::Flush(only) => {
                self.write_all().flush(only);
                self.model.keys.retain(|slot, _| only.is_some_and(|db| db != slot.1));
            }
            Op::Swap => {
                self.write_all().swap_databases(0, 1);
                let keys = std::mem::take(&mut self.model.keys);
                self.model.keys =
                    keys.into_iter().map(|((name, db), held)| ((name, 1 - db), held)).collect();
            }
            Op::Reap => self.reap(),
            Op::Wait(ms) => self.model.now_ms += ms,
        }
        self.model.expire();
        self.check();
    }

    fn set(&mut self, slot: Slot, value: Vec<u8>, deadline: Deadline) {
        let (expiry, expires_at_ms) = match deadline {
            Deadline::Keep => (Expiry::Keep, self.model.expires_at_ms(slot)),
            Deadline::Clear => (Expiry::Clear, None),
            Deadline::In(ms) => {
                let at_ms = self.model.now_ms + ms;
                (Expiry::At(at_ms), Some(at_ms))
            }
        };
        self.write(&[slot]).set_string(self.key(slot), NewStr::Bytes(&value), expiry, CHANGED);
        self.model.set(slot, Value::String(value), expires_at_ms);
    }

    fn edit(&mut self, slot: Slot, len: usize) {
        let edited = self.write(&[slot]).edit_string(self.key(slot), len, CHANGED, |bytes| {
            bytes.iter_mut().for_each(|byte| *byte ^= 1);
            bytes.len()
        });
        let new = Held { value: Value::String(Vec::new()), expires_at_ms: None };
        match &mut self.model.keys.entry(slot).or_insert(new).value {
            Value::List(_) => assert_eq!(edited, Err(Error::WrongType)),
            Value::String(bytes) => {
                bytes.resize(len.max(bytes.len()), 0);
                bytes.iter_mut().for_each(|byte| *byte ^= 1);
                assert_eq!(edited, Ok(bytes.len()));
            }
        }
    }

    fn push(&mut self, slot: Slot) {
        let pushed = self.write(&[slot]).update(self.key(slot), true, |list: &mut List| {
            list.push_back(b"element", &Limits::default());
            (list.len(), Some(CHANGED))
        });
        let new = Held { value: Value::List(0), expires_at_ms: None };
        match &mut self.model.keys.entry(slot).or_insert(new).value {
            Value::String(_) => assert_eq!(pushed, Err(Error::WrongType)),
            Value::List(len) => {
                *len += 1;
                assert_eq!(pushed, Ok(Some(*len)));
            }
        }
    }

    fn pop(&mut self, slot: Slot) {
        let mut txn = self.write(&[slot]);
        let popped = txn.update(self.key(slot), false, |list: &mut List| {
            (list.pop_back(&Limits::default()).is_some(), Some(CHANGED))
        });
        let vanished = txn.changes.iter().any(|change| change.event == Event::DEL);
        drop(txn);
        match self.model.keys.get_mut(&slot).map(|held| &mut held.value) {
            None => assert_eq!(popped, Ok(None)),
            Some(Value::String(_)) => assert_eq!(popped, Err(Error::WrongType)),
            Some(Value::List(len)) => {
                *len -= 1;
                assert_eq!((popped, vanished), (Ok(Some(true)), *len == 0));
                if vanished {
                    self.model.keys.remove(&slot);
                }
            }
        }
    }

    fn rename(&mut self, from: Slot, to: Slot) {
        let mut txn = self.write(&[from, to]);
        let renamed = txn.rename(self.key(from), self.key(to), (CHANGED, CHANGED));
        drop(txn);
        let held = self.model.keys.remove(&from);
        assert_eq!(renamed, held.is_some());
        self.model.keys.extend(held.map(|held| (to, held)));
    }

    /// Afterwards nothing that has expired takes any memory.
    fn reap(&mut self) {
        let now_ms = self.model.now_ms;
        for place in self.keyspace.due_places(now_ms) {
            while Txn::lock_place(&self.keyspace, place, now_ms).reap(2).more {}
        }
        let volatile = self.model.keys.values().filter(|held| held.expires_at_ms.is_some());
        let counted: usize = (0..DATABASES).map(|db| self.keyspace.database(db).volatile()).sum();
        assert_eq!(counted, volatile.count());
    }

    /// What can be seen is what the model holds, and every count is true.
    fn check(&self) {
        let txn = Txn::lock_all(&self.keyspace, Mode::Read, 0..DATABASES, self.model.now_ms);
        for slot in (0..NAMES.len()).flat_map(|name| (0..DATABASES).map(move |db| (name, db))) {
            let seen = txn.peek(self.key(slot)).map(|entry| Held {
                value: match entry.as_str() {
                    Some(string) => Value::String(Str::to_vec(string)),
                    None => Value::List(entry.get::<List>().map_or(0, List::len)),
                },
                expires_at_ms: entry.expires_at_ms(),
            });
            assert_eq!(seen.as_ref(), self.model.keys.get(&slot), "{slot:?}");
        }
        for db in 0..DATABASES {
            for shard in 0..SHARDS {
                let mut kept = Vec::new();
                scan::for_each(&txn.table(db, shard), |entry| kept.extend(entry.expires_at_ms()));
                let deadlines = &self.keyspace.database(db).shard(shard).deadlines;
                assert_eq!(deadlines.volatile(), kept.len());
                assert_eq!(deadlines.sum_ms(), kept.iter().sum::<i64>());
                assert!(kept.iter().all(|at_ms| *at_ms >= deadlines.next_ms()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_transaction_does_what_a_map_would(ops in prop::collection::vec(op(), 0..60)) {
        let model = Model { keys: BTreeMap::new(), now_ms: START_MS };
        let mut test = Test { keyspace: Keyspace::new(DATABASES), model };
        ops.into_iter().for_each(|op| test.run(op));
        // In the end only keys without a deadline are left.
        test.run(Op::Wait(1000));
        test.run(Op::Reap);
    }
}
