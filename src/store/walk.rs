//! Walking a whole database: every key, a page of a scan, or one key by chance.
//!
//! One shard is locked at a time, shared, so that no writer waits for longer than one shard
//! takes. In exchange a walk is no snapshot: of the keys that come or go meanwhile some are
//! seen. Keys whose time has come are passed over.

use super::database::SHARDS;
use super::entry::Entry;
use super::scan;
use super::txn::Txn;
use crate::util::random;

/// Bits of a scan's cursor that name the shard; the others are its cursor in that shard.
const SHARD_BITS: u32 = SHARDS.trailing_zeros();
/// Blocks that a page may visit for each key it was asked for: tables that deletions left
/// sparse are walked in many short calls instead of a long one.
const BLOCKS_PER_KEY: usize = 10;
/// How often chance may fall on a key whose time has come.
const RANDOM_TRIES: usize = 100;

/// How many keys database `db` holds. Keys whose time has come count until they are deleted.
pub fn len(txn: &Txn<'_>, db: u16) -> usize {
    (0..SHARDS).map(|shard| txn.table(db, shard).len()).sum()
}

/// Whether database `db` holds the key `name`.
pub fn contains(txn: &Txn<'_>, db: u16, name: &[u8]) -> bool {
    let hash = txn.keyspace().hash(name);
    let table = txn.table(db, txn.keyspace().place(db, hash).shard());
    let found = table.get(hash, |(entry, _)| entry.name() == name);
    found.is_some_and(|(entry, _)| !entry.is_expired(txn.horizon_ms()))
}

/// Calls `f` with every entry of database `db`.
pub fn for_each(txn: &Txn<'_>, db: u16, mut f: impl FnMut(&Entry)) {
    for shard in 0..SHARDS {
        scan::for_each(&txn.table(db, shard), |entry| {
            if !entry.is_expired(txn.horizon_ms()) {
                f(entry);
            }
        });
    }
}

/// Calls `f` with the next entries of database `db`, about `count` of them, and returns the
/// cursor to go on from: 0 when the walk is over, as it is 0 to begin one. Every number is a
/// cursor. A key that is there from a walk's first page to its last is seen at least once.
pub fn page(txn: &Txn<'_>, db: u16, cursor: u64, count: usize, mut f: impl FnMut(&Entry)) -> u64 {
    let keyspace = txn.keyspace();
    let first_shard = cursor as usize % SHARDS;
    let mut within = cursor >> SHARD_BITS;
    let (mut seen, mut blocks) = (0, 0);
    for shard in first_shard..SHARDS {
        let table = txn.table(db, shard);
        let mut walked = table.is_empty();
        while !walked {
            if seen >= count || blocks >= count.saturating_mul(BLOCKS_PER_KEY) {
                return within << SHARD_BITS | shard as u64;
            }
            within = scan::scan_block(
                &table,
                within,
                |entry| keyspace.hash(entry.name()),
                |entry| {
                    seen += 1;
                    if !entry.is_expired(txn.horizon_ms()) {
                        f(entry);
                    }
                },
            );
            blocks += 1;
            walked = within == 0;
        }
        within = 0;
    }
    0
}

/// Calls `f` with one entry of database `db`, each with the same probability. `None` if there
/// is none, or if chance kept falling on keys that are about to be deleted.
pub fn random<R>(txn: &Txn<'_>, db: u16, f: impl FnOnce(&Entry) -> R) -> Option<R> {
    for _ in 0..RANDOM_TRIES {
        let lens: [usize; SHARDS] = std::array::from_fn(|shard| txn.table(db, shard).len());
        let total: usize = lens.iter().sum();
        if total == 0 {
            return None;
        }
        let mut index = random::below(total as u64) as usize;
        let chosen = lens.iter().position(|len| match index.checked_sub(*len) {
            None => true,
            Some(rest) => {
                index = rest;
                false
            }
        });
        let table = txn.table(db, chosen?);
        let entry = scan::random(&table, random::next);
        if let Some(entry) = entry.filter(|entry| !entry.is_expired(txn.horizon_ms())) {
            return Some(f(entry));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Key;
    use crate::store::txn::Mode;
    use crate::store::{Event, Expiry, Keyspace, NewStr};
    use std::collections::BTreeMap;

    const NOW_MS: i64 = 1_000_000;

    fn set(keyspace: &Keyspace, name: &str, expiry: Expiry) {
        let key = Key { name: name.as_bytes(), hash: keyspace.hash(name.as_bytes()), db: 1 };
        let mut txn = Txn::lock(keyspace, Mode::Write, [(1, key.hash)].into_iter(), NOW_MS);
        txn.set_string(key, NewStr::Int(1), expiry, Event::string("set"));
    }

    /// `count` keys in database 1, and as many whose time has come.
    fn filled(count: usize) -> Keyspace {
        let keyspace = Keyspace::new(2);
        for n in 0..count {
            set(&keyspace, &n.to_string(), Expiry::Clear);
            set(&keyspace, &format!("late:{n}"), Expiry::At(NOW_MS));
        }
        keyspace
    }

    fn reader(keyspace: &Keyspace) -> Txn<'_> {
        Txn::lock(keyspace, Mode::Read, std::iter::empty(), NOW_MS)
    }

    #[test]
    fn a_scan_ends_and_sees_every_live_key_once() {
        for count in [0, 1, 10, 100, 20_000] {
            let keyspace = filled(count);
            let txn = reader(&keyspace);
            for page_len in [1, 10, 1000, usize::MAX] {
                let (mut cursor, mut seen) = (0, BTreeMap::new());
                loop {
                    cursor = page(&txn, 1, cursor, page_len, |entry| {
                        *seen.entry(entry.name().to_vec()).or_insert(0) += 1;
                    });
                    if cursor == 0 {
                        break;
                    }
                }
                assert_eq!(seen.len(), count, "pages of {page_len}");
                assert!(seen.values().all(|times| *times == 1), "pages of {page_len}");
            }
        }
    }

    #[test]
    fn few_keys_fit_in_one_page() {
        let keyspace = filled(4);
        let mut seen = 0;
        assert_eq!(page(&reader(&keyspace), 1, 0, 10, |_| seen += 1), 0);
        assert_eq!(seen, 4);
    }

    #[test]
    fn any_number_is_a_cursor() {
        let keyspace = filled(1000);
        for cursor in [1, 255, 256, 0x1234_5678_9abc_def0, u64::MAX] {
            page(&reader(&keyspace), 1, cursor, 10, |_| {});
        }
    }

    #[test]
    fn chance_is_fair_and_finds_only_live_keys() {
        let keyspace = filled(20);
        let txn = reader(&keyspace);
        let mut counts = BTreeMap::new();
        for _ in 0..10_000 {
            let name = random(&txn, 1, |entry| entry.name().to_vec());
            *counts.entry(name).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 20);
        assert!(counts.values().all(|times| (350..=650).contains(times)), "{counts:?}");
        assert_eq!(random(&txn, 0, |_| ()), None);
    }

    #[test]
    fn counting_and_looking_up() {
        let keyspace = filled(10);
        let txn = reader(&keyspace);
        assert_eq!((len(&txn, 0), len(&txn, 1)), (0, 20));
        assert!(
            contains(&txn, 1, b"7") && !contains(&txn, 1, b"late:7") && !contains(&txn, 0, b"7")
        );
        let mut live = 0;
        for_each(&txn, 1, |_| live += 1);
        assert_eq!(live, 10);
    }
}
