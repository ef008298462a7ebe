//! Walking one shard's table: all of it, one block of it for SCAN, or one random entry.
//! The only file of the store that reaches into the table's buckets.
//!
//! SCAN's guarantee (a key that is there from the first call to the last is returned)
//! must survive inserts, deletes and resizes between calls. The cursor therefore counts
//! not buckets but *home positions*: `hash & mask`, where a key would lie if nothing were
//! in its way, which no insert or delete of others changes. Homes are walked in blocks of
//! sixteen neighbours, and the blocks in reverse-binary order (Redis's dictScan by Pieter
//! Noordhuis): when the table doubles, each block visited splits into two that count as
//! visited; when it shrinks, blocks merge and some keys come twice, none is missed.
//!
//! Where a key really lies follows from hashbrown's probing: groups of bytes from the home
//! on, with growing strides, ending at the first group that has an empty bucket.
#![allow(unsafe_code)]

use super::database::Table;
use super::entry::Entry;
use smallvec::SmallVec;

/// Homes that one step visits, as a power of two.
const BLOCK_BITS: u32 = 4;
/// Homes that one step visits.
const BLOCK: usize = 1 << BLOCK_BITS;
/// Control bytes that hashbrown looks at together. Any other width would lead to other
/// buckets, so it must be the one hashbrown has on this target: `tests::long_searches_are_followed`
/// fails when it is not.
const GROUP: usize =
    if cfg!(all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2")) {
        16
    } else {
        8
    };
/// hashbrown's control byte of a bucket that was never filled since the last rehash.
const EMPTY: u8 = 0xff;

/// Calls `f` with every entry.
pub fn for_each<'a>(table: &'a Table, mut f: impl FnMut(&'a Entry)) {
    // SAFETY: the table is borrowed for as long as the iterator and what it gives live.
    unsafe { table.iter().for_each(|bucket| f(&bucket.as_ref().0)) }
}

/// Calls `f` with every entry whose home is in the cursor's block, and returns the next
/// cursor: 0 when the walk is over.
pub fn scan_block<'a>(
    table: &'a Table,
    cursor: u64,
    hash: impl Fn(&Entry) -> u64,
    mut f: impl FnMut(&'a Entry),
) -> u64 {
    let mask = table.buckets() - 1;
    let block_mask = mask >> BLOCK_BITS;
    if block_mask == 0 {
        for_each(table, f);
        return 0;
    }
    let block = cursor as usize & block_mask;
    let first = block << BLOCK_BITS;
    let farthest = (first..first + BLOCK).map(|home| probe_end(table, home)).max();
    visit_probed(table, first, farthest.unwrap_or(0), |entry| {
        if (hash(entry) as usize & mask) >> BLOCK_BITS == block {
            f(entry);
        }
    });
    next_cursor(cursor, block_mask as u64)
}

/// One entry, each with the same probability; `random` gives uniform 64-bit numbers.
pub fn random(table: &Table, mut random: impl FnMut() -> u64) -> Option<&Entry> {
    if table.is_empty() {
        return None;
    }
    loop {
        let index = random() as usize & (table.buckets() - 1);
        // SAFETY: the index is below the number of buckets, and a full bucket is initialised.
        unsafe {
            if table.is_bucket_full(index) {
                return Some(&table.bucket(index).as_ref().0);
            }
        }
    }
}

/// The number of groups that a search from `home` looks at.
fn probe_end(table: &Table, home: usize) -> usize {
    let mask = table.buckets() - 1;
    let (mut at, mut stride, mut groups) = (home, 0, 1);
    while !(0..GROUP).any(|offset| control(table, (at + offset) & mask) == EMPTY) && stride <= mask
    {
        stride += GROUP;
        at = (at + stride) & mask;
        groups += 1;
    }
    groups
}

/// Calls `f` once with each entry in the first `groups` groups that searches from any of the
/// block's homes look at: windows of the table that may overlap.
fn visit_probed<'a>(table: &'a Table, first: usize, groups: usize, mut f: impl FnMut(&'a Entry)) {
    const WINDOW: usize = GROUP + BLOCK - 1;
    let mask = table.buckets() - 1;
    if groups * WINDOW > mask {
        return for_each(table, f);
    }
    let mut visited: SmallVec<[usize; 4]> = SmallVec::new();
    let (mut start, mut stride) = (first, 0);
    for _ in 0..groups {
        for index in (0..WINDOW).map(|offset| (start + offset) & mask) {
            let again = visited.iter().any(|start| index.wrapping_sub(*start) & mask < WINDOW);
            // SAFETY: the index is below the number of buckets, and a full bucket is initialised.
            unsafe {
                if !again && table.is_bucket_full(index) {
                    f(&table.bucket(index).as_ref().0);
                }
            }
        }
        visited.push(start);
        stride += GROUP;
        start = (start + stride) & mask;
    }
}

/// The control byte of bucket `index`.
fn control(table: &Table, index: usize) -> u8 {
    debug_assert!(index < table.buckets());
    // SAFETY: hashbrown 0.14 keeps one control byte for each bucket from `data_end` on.
    unsafe { *table.data_end().as_ptr().cast::<u8>().add(index) }
}

/// Adds one to the cursor's bits read from the top of the mask down.
fn next_cursor(cursor: u64, mask: u64) -> u64 {
    let reversed = (cursor | !mask).reverse_bits().wrapping_add(1);
    reversed.reverse_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::entry::NewStr;
    use ahash::RandomState;
    use dashmap::SharedValue;
    use std::collections::{BTreeMap, BTreeSet};

    struct Model {
        table: Table,
        hasher: RandomState,
    }

    impl Model {
        fn hash(&self, name: &[u8]) -> u64 {
            self.hasher.hash_one(name)
        }

        fn insert(&mut self, n: u32) {
            let name = n.to_string();
            let hasher = self.hasher.clone();
            let entry = Entry::string(name.as_bytes(), NewStr::Int(1), None);
            self.table.insert_entry(
                hasher.hash_one(name.as_bytes()),
                (entry, SharedValue::new(())),
                |(e, _)| hasher.hash_one(e.name()),
            );
        }

        fn remove(&mut self, n: u32) {
            let name = n.to_string();
            let hash = self.hash(name.as_bytes());
            self.table.erase_entry(hash, |(e, _)| e.name() == name.as_bytes());
        }

        fn scan_all(&self) -> BTreeMap<Vec<u8>, u32> {
            let (mut cursor, mut seen) = (0, BTreeMap::new());
            loop {
                cursor = scan_block(
                    &self.table,
                    cursor,
                    |e| self.hash(e.name()),
                    |e| {
                        *seen.entry(e.name().to_vec()).or_insert(0) += 1;
                    },
                );
                if cursor == 0 {
                    return seen;
                }
            }
        }
    }

    fn model() -> Model {
        Model { table: Table::new(), hasher: RandomState::with_seeds(1, 2, 3, 4) }
    }

    #[test]
    fn a_quiet_table_is_walked_exactly_once() {
        let mut model = model();
        for n in 0..5000 {
            model.insert(n);
            if n % 97 == 0 || n < 40 {
                let seen = model.scan_all();
                assert_eq!(seen.len(), n as usize + 1);
                assert!(seen.values().all(|times| *times == 1), "at {n}");
            }
        }
        (0..5000).filter(|n| n % 3 > 0).for_each(|n| model.remove(n));
        let seen = model.scan_all();
        assert_eq!(seen.len(), 1667);
        assert!(seen.values().all(|times| *times == 1));
    }

    #[test]
    fn what_stays_is_seen_whatever_comes_and_goes() {
        for seed in 0..30u32 {
            let mut model = model();
            (0..1000).for_each(|n| model.insert(n));
            let (mut cursor, mut seen, mut step) = (0, BTreeSet::new(), 0);
            loop {
                cursor = scan_block(
                    &model.table,
                    cursor,
                    |e| model.hash(e.name()),
                    |e| {
                        seen.insert(e.name().to_vec());
                    },
                );
                if cursor == 0 {
                    break;
                }
                step += 1;
                for n in 0..40 {
                    let other = 10_000 + (step * 40 + n) % 7000;
                    model.remove(other);
                    if (step / 16 + seed) % 5 < 3 {
                        model.insert(other);
                    }
                }
                if step % 7 == seed % 7 {
                    let hasher = model.hasher.clone();
                    model.table.shrink_to(0, |(e, _)| hasher.hash_one(e.name()));
                }
                assert!(step < 100_000, "the walk ends");
            }
            let missing = (0..1000u32).filter(|n| !seen.contains(n.to_string().as_bytes())).count();
            assert_eq!(missing, 0, "seed {seed}");
        }
    }

    #[test]
    fn long_searches_are_followed() {
        const HOME: u64 = 4090;
        // All have the same home, so that a search goes through many groups, and round the end.
        let hash = |name: &[u8]| HOME | u64::from(name[0]) << 57;
        let mut table = Table::with_capacity(3000);
        for n in 0..200u8 {
            let entry = Entry::string(&[n], NewStr::Int(1), None);
            table.insert_entry(hash(&[n]), (entry, SharedValue::new(())), |(e, _)| hash(e.name()));
        }
        assert_eq!(table.buckets(), 4096);
        let (mut seen, mut blocks) = (BTreeMap::new(), 0);
        let mut cursor = 0;
        loop {
            cursor = scan_block(
                &table,
                cursor,
                |e| hash(e.name()),
                |e| {
                    *seen.entry(e.name().to_vec()).or_insert(0) += 1;
                },
            );
            blocks += 1;
            if cursor == 0 {
                break;
            }
        }
        assert_eq!((seen.len(), blocks), (200, 4096 / BLOCK));
        assert!(seen.values().all(|times| *times == 1));
    }

    #[test]
    fn a_random_entry_is_fair() {
        let mut model = model();
        (0..10).for_each(|n| model.insert(n));
        let mut counts = BTreeMap::new();
        let mut x = 1u64;
        for _ in 0..10_000 {
            let entry = random(&model.table, || {
                x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                x >> 33
            });
            *counts.entry(entry.expect("not empty").name().to_vec()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|count| (700..1300).contains(count)), "{counts:?}");
    }
}
