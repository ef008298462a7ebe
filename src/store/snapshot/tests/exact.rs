//! Many threads change keys in every way there is while snapshots are taken of them. Without the
//! handing over, or without the pins, what is written is not what was there.

use super::{CHANGED, Collector, NOW_MS, begin_lines, key};
use crate::protocol::Key;
use crate::store::txn::{Mode, Txn};
use crate::store::{Expiry, Keyspace, NewStr};
use crate::types::Limits;
use crate::types::hash::Hash;
use crate::types::list::List;
use crate::util::random;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

const DATABASES: u16 = 3;
const NAMES: u64 = 400;
const WRITERS: usize = 4;
const ROUNDS: u64 = 40;

/// Any key.
fn any(keyspace: &Keyspace, name: &mut String) -> (u16, u64) {
    let db = random::below(u64::from(DATABASES)) as u16;
    *name = format!("key:{}", random::below(NAMES));
    (db, keyspace.hash(name.as_bytes()))
}

/// Locks two keys: named beforehand, or only with everything else.
fn lock<'a>(keyspace: &'a Keyspace, keys: &[Key<'_>]) -> Txn<'a> {
    if random::below(4) == 0 {
        return Txn::lock_all(keyspace, Mode::Write, 0..DATABASES, NOW_MS);
    }
    Txn::lock(keyspace, Mode::Write, keys.iter().map(|key| (key.db, key.hash)), NOW_MS)
}

/// Makes a value large, or lets it grow or shrink.
fn change_collection(txn: &mut Txn<'_>, key: Key<'_>) {
    let limits = Limits::default();
    let n = random::below(1000).to_string();
    let grow = [1, 1, 1, 500][random::below(4) as usize];
    let _ = match random::below(4) {
        0 => txn.update(key, true, |hash: &mut Hash| {
            (0..grow).for_each(|i| {
                hash.insert(format!("{i}:{n}").as_bytes(), n.as_bytes(), &limits);
            });
            ((), Some(CHANGED))
        }),
        1 => txn.update(key, false, |hash: &mut Hash| {
            let mut name = Vec::new();
            hash.iter().take(1).for_each(|(first, ..)| first.write_to(&mut name));
            hash.remove(&name);
            ((), Some(CHANGED))
        }),
        2 => txn.update(key, true, |list: &mut List| {
            (0..grow).for_each(|_| list.push_back(n.as_bytes(), &limits));
            ((), Some(CHANGED))
        }),
        _ => txn.update(key, false, |list: &mut List| {
            list.pop_front(&limits);
            ((), Some(CHANGED))
        }),
    };
}

fn change_something(keyspace: &Keyspace) {
    let (mut from, mut to) = (String::new(), String::new());
    let ((db, _), (other_db, _)) = (any(keyspace, &mut from), any(keyspace, &mut to));
    let from = key(keyspace, db, from.as_bytes());
    let to = key(keyspace, other_db, to.as_bytes());
    let n = random::below(1000);
    let what = random::below(1000);
    if what < 3 {
        let mut txn = Txn::lock_all(keyspace, Mode::Write, 0..DATABASES, NOW_MS);
        match what {
            0 => drop(txn.flush(Some(db))),
            _ => txn.swap_databases(db, other_db),
        }
        return txn.finish();
    }
    let mut txn = lock(keyspace, &[from, to]);
    match what % 10 {
        0 => txn.set_string(from, NewStr::Int(n as i64), Expiry::Clear, CHANGED),
        1 => {
            let long = vec![b'x'; [10, 20_000, 100_000][n as usize % 3]];
            txn.set_string(from, NewStr::Bytes(&long), Expiry::Keep, CHANGED);
        }
        2 => drop(txn.edit_string(from, 3, CHANGED, |bytes| bytes[0] = b'a' + n as u8 % 26)),
        3 => drop(txn.update_int(from, CHANGED, |old| Ok(old + 1))),
        4 => drop(txn.remove(from, CHANGED)),
        5 if from.hash != to.hash || db != other_db => {
            txn.rename(from, to, (CHANGED, CHANGED));
        }
        6 if from.hash != to.hash || db != other_db => drop(txn.copy(from, to, CHANGED)),
        7 => drop(txn.set_expiry(
            from,
            (!n.is_multiple_of(2)).then_some(i64::MAX - n as i64),
            CHANGED,
        )),
        _ => change_collection(&mut txn, from),
    }
    txn.finish();
}

#[test]
fn a_snapshot_is_what_was_there_at_the_cut() {
    let keyspace = Keyspace::new(DATABASES);
    (0..5000).for_each(|_| change_something(&keyspace));
    let (stop, changes) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut handed_bytes = 0;
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    change_something(&keyspace);
                    changes.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let _stop = Stop(&stop);
        for round in 0..ROUNDS {
            let (snapshot, expected) = begin_lines(&keyspace);
            // Every third fails somewhere, or is given up at once: the next must not suffer.
            let fails_after = (round % 3 == 2).then_some(round * 8);
            let mut collector = Collector { fails_after, ..Collector::default() };
            if round % 9 == 2 {
                drop(snapshot);
                continue;
            }
            let progress = || keyspace.snapshots.progress().unwrap_or_default();
            let outcome = snapshot.write(&mut Slow(&mut collector, || {
                handed_bytes = progress().handed_bytes.max(handed_bytes);
            }));
            assert_eq!(outcome.is_err(), fails_after.is_some_and(|most| most < collector.keys));
            if outcome.is_ok() {
                let written = collector.contents();
                let differ = expected.iter().filter(|(key, value)| written.get(key) != Some(value));
                assert_eq!(differ.collect::<Vec<_>>(), Vec::new(), "round {round}");
                assert_eq!(written.len(), expected.len(), "round {round}: more than there was");
            }
            assert_eq!(keyspace.snapshots.progress(), None);
        }
    });
    println!("{} changes, {handed_bytes} bytes handed over", changes.into_inner());
    assert!(handed_bytes > 0, "nobody changed what was being saved");
}

/// The writers end with the test, also when it fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Gives the writers time between the bites.
struct Slow<'a, F>(&'a mut Collector, F);

impl<F> std::io::Write for Slow<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut()> super::Sink for Slow<'_, F> {
    fn select(&mut self, db: u16) -> std::io::Result<()> {
        self.0.select(db)
    }

    fn wrote(&mut self, keys: u64) -> std::io::Result<()> {
        thread::sleep(std::time::Duration::from_micros(50));
        (self.1)();
        self.0.wrote(keys)
    }
}
