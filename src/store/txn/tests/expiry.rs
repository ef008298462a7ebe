//! What the reaper does to the keyspace, and what it costs to keep its heaps true.

use super::{CHANGED, START_MS, key, lock};
use crate::store::expire::NEVER;
use crate::store::txn::{Mode, Txn};
use crate::store::{Expiry, Keyspace, NewStr, walk};
use std::time::{Duration, Instant};

fn set(keyspace: &Keyspace, db: u16, name: &str, expiry: Expiry) {
    let key = key(keyspace, db, name.as_bytes());
    let mut txn = lock(keyspace, Mode::Write, &[key], START_MS);
    txn.set_string(key, NewStr::Int(1), expiry, CHANGED);
}

fn remove(keyspace: &Keyspace, db: u16, name: &str) {
    let key = key(keyspace, db, name.as_bytes());
    assert!(lock(keyspace, Mode::Write, &[key], START_MS).remove(key, CHANGED));
}

/// Deletes all that is due, in small bites. Returns how many keys went.
fn reap(keyspace: &Keyspace, now_ms: i64) -> usize {
    let mut keys = 0;
    for place in keyspace.due_places(now_ms) {
        loop {
            let mut txn = Txn::lock_place(keyspace, place, now_ms);
            let reaped = txn.reap(7);
            assert_eq!(txn.changes.len(), reaped.keys);
            assert!(txn.changes.iter().all(|change| {
                keyspace.hash(&change.name) == change.hash && change.db == place.db()
            }));
            keys += reaped.keys;
            if !reaped.more {
                break;
            }
        }
    }
    keys
}

/// What it stores then may depend on that, and a log must tell of both in this order.
#[test]
fn a_write_that_finds_a_key_expired_deletes_it() {
    let keyspace = Keyspace::new(1);
    let source = key(&keyspace, 0, b"source");
    set(&keyspace, 0, "source", Expiry::At(START_MS + 1));
    for (mode, changes) in [(Mode::Read, 0), (Mode::Write, 1), (Mode::Write, 0)] {
        let mut txn = lock(&keyspace, mode, &[source], START_MS + 1);
        assert!(txn.get(source).is_none());
        assert_eq!(txn.take_changes().0.len(), changes);
    }
}

#[test]
fn the_reaper_takes_all_that_is_due_and_nothing_else() {
    const KEYS: usize = 20_000;
    let keyspace = Keyspace::new(2);
    // Many keys of a shard share a deadline: the reaper must tell them apart.
    let deadline = |n: usize| START_MS + (n % 4) as i64 * 30;
    for n in 0..KEYS {
        let name = n.to_string();
        let db = (n % 2) as u16;
        set(&keyspace, db, &name, Expiry::At(START_MS + 1));
        match n % 5 {
            0 => set(&keyspace, db, &name, Expiry::Clear),
            1 => remove(&keyspace, db, &name),
            _ => set(&keyspace, db, &name, Expiry::At(deadline(n))),
        }
    }
    let volatile: Vec<usize> = (0..KEYS).filter(|n| n % 5 > 1).collect();
    let mut left = volatile.len();
    for now_ms in [START_MS - 1, START_MS, START_MS + 59, START_MS + 60, START_MS + 1000] {
        let due = volatile.iter().filter(|n| deadline(**n) <= now_ms).count();
        let expected = left - (volatile.len() - due);
        assert_eq!(reap(&keyspace, now_ms), expected, "{}", now_ms - START_MS);
        left -= expected;
        let counted: usize = (0..2).map(|db| keyspace.database(db).volatile()).sum();
        assert_eq!(counted, left);
        let txn = lock(&keyspace, Mode::Read, &[], START_MS - 1);
        assert_eq!(walk::len(&txn, 0) + walk::len(&txn, 1), KEYS / 5 + left);
        for n in volatile.iter().step_by(97) {
            let there = walk::contains(&txn, (n % 2) as u16, n.to_string().as_bytes());
            assert_eq!(there, deadline(*n) > now_ms);
        }
    }
    assert_eq!((left, keyspace.next_deadline_ms()), (0, NEVER));
}

#[test]
fn a_deadline_given_up_and_taken_again_costs_nothing_that_stays() {
    let keyspace = Keyspace::new(1);
    let place = keyspace.place(0, keyspace.hash(b"k"));
    for n in 0..100_000 {
        set(&keyspace, 0, "k", Expiry::At(START_MS + 1 + n % 2));
        match n % 3 {
            0 => remove(&keyspace, 0, "k"),
            1 => set(&keyspace, 0, "k", Expiry::Clear),
            _ => {}
        }
    }
    let bytes = keyspace.shard(place).deadlines.allocated_bytes();
    assert!(bytes < 10_000, "{bytes} bytes for the deadlines of one key");
    set(&keyspace, 0, "k", Expiry::At(START_MS + 1));
    assert_eq!((reap(&keyspace, START_MS), reap(&keyspace, START_MS + 1)), (0, 1));
}

#[test]
fn keys_deleted_early_leave_no_deadlines_behind() {
    const KEYS: usize = 50_000;
    let keyspace = Keyspace::new(1);
    (0..KEYS).for_each(|n| set(&keyspace, 0, &n.to_string(), Expiry::At(START_MS + 1)));
    (0..KEYS).for_each(|n| remove(&keyspace, 0, &n.to_string()));
    let places = keyspace.due_places(START_MS + 1);
    let bytes: usize = places.map(|place| keyspace.shard(place).deadlines.allocated_bytes()).sum();
    assert!(bytes < KEYS * 16 / 2, "{bytes} bytes for no key");
    assert_eq!(reap(&keyspace, START_MS + 1), 0);
    assert_eq!(keyspace.next_deadline_ms(), NEVER);
}

#[test]
fn flushing_takes_the_deadlines_along() {
    let keyspace = Keyspace::new(2);
    for n in 0..1000 {
        set(&keyspace, n % 2, &n.to_string(), Expiry::At(START_MS + 1));
    }
    let mut txn = Txn::lock_all(&keyspace, Mode::Write, 0..1, START_MS);
    assert_eq!((txn.flush(Some(0)), txn.whole_changes), (500, 500));
    drop(txn);
    assert_eq!((keyspace.database(0).volatile(), keyspace.database(1).volatile()), (0, 500));
    assert_eq!(reap(&keyspace, START_MS + 1), 500);
}

#[test]
fn a_reaper_that_looked_in_the_middle_of_a_swap_hears_of_it() {
    let keyspace = Keyspace::new(2);
    set(&keyspace, 0, "k", Expiry::At(START_MS + 1));
    keyspace.alarm.arm();
    let mut txn = Txn::lock_all(&keyspace, Mode::Write, 0..2, START_MS);
    txn.swap_databases(1, 0);
    drop(txn);
    let began = Instant::now();
    keyspace.alarm.sleep(NEVER, Duration::from_secs(20), || START_MS + 1);
    assert!(began.elapsed() < Duration::from_secs(10), "it overslept");
    assert_eq!(reap(&keyspace, START_MS + 1), 1);
}
