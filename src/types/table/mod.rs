//! The hash table behind large sets and hashes: one pointer a slot, never a pause to resize,
//! and SCAN's guarantee.
//!
//! It is linear hashing (Litwin, "Linear hashing: a new tool for file and table addressing",
//! VLDB 1980): the table grows by one bucket at a time, whose content is split off from one
//! other bucket, and shrinks the same way. So there is no second table to move to, growing
//! costs every insertion the same, and the fill, hence the memory a member takes, stays the
//! same at any size: about 16 bytes.
//!
//! A bucket is a cache line of six slots, with a byte of each item's hash to skip the items
//! that cannot match without following their pointers. A full bucket continues in another.

mod bucket;

use self::bucket::{Bucket, Items};
use super::compact::Compact;
use ahash::RandomState;
use std::sync::LazyLock;

/// What a [`Table`] holds: an item, one pointer wide, that knows its key.
pub trait Keyed {
    /// The bytes by which the item is found; they must not change while it is in a table.
    fn key(&self) -> &[u8];
}

/// A member of a set is its own key.
impl Keyed for Compact {
    fn key(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// Items by key, in no order.
#[derive(Clone)]
pub struct Table<T> {
    /// Bucket `i` is `segments[i / SEGMENT_BUCKETS][i % SEGMENT_BUCKETS]`: segments, so that
    /// growing never moves the buckets of a large table. All but the last are full.
    segments: Vec<Vec<Bucket<T>>>,
    /// How many buckets there are; at least one.
    buckets: usize,
    len: usize,
    /// No bucket holds more items than this, those it continues in included.
    longest: usize,
}

/// Buckets a segment: 8 KiB.
const SEGMENT_BUCKETS: usize = 128;
/// The table grows while it holds more items a bucket than this: that costs 16 bytes an item,
/// and one bucket in four continued.
const GROW_ABOVE: usize = 5;
/// The table shrinks while it holds fewer items a bucket than this. Far enough from
/// [`GROW_ABOVE`] that a queue-like set does not split and merge all the time.
const SHRINK_BELOW: usize = 2;

/// The hash of a key, seeded at random for this process: whoever does not know the seed cannot
/// choose keys that all fall into one bucket.
pub fn hash(key: &[u8]) -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    SEED.hash_one(key)
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { segments: vec![vec![Bucket::default()]], buckets: 1, len: 0, longest: 0 }
    }
}

impl<T: Keyed> Table<T> {
    /// How many items it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item with this key.
    pub fn get(&self, key: &[u8]) -> Option<&T> {
        self.find(hash(key), |item| item.key() == key)
    }

    /// The item with this key, to be changed; not in its key.
    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut T> {
        let hash = hash(key);
        let bucket = self.bucket_mut(hash);
        let position = bucket.position(tag(hash), |item| item.key() == key)?;
        bucket.item_mut(position)
    }

    /// The item with this key hash that `matches`.
    pub fn find(&self, hash: u64, matches: impl Fn(&T) -> bool) -> Option<&T> {
        let bucket = self.bucket(self.address(hash));
        let position = bucket.position(tag(hash), matches)?;
        bucket.item(position)
    }

    /// The item with this key. When there is none, adds the one that `make` builds for the key,
    /// and returns `None`.
    pub fn get_or_insert(&mut self, key: &[u8], make: impl FnOnce() -> T) -> Option<&mut T> {
        let hash = hash(key);
        let bucket = self.bucket(self.address(hash));
        if let Some(position) = bucket.position(tag(hash), |item| item.key() == key) {
            return self.bucket_mut(hash).item_mut(position);
        }
        let chained = self.bucket_mut(hash).push(tag(hash), make());
        self.longest = self.longest.max(chained);
        self.len += 1;
        self.grow();
        None
    }

    /// Takes out the item with this key.
    pub fn remove(&mut self, key: &[u8]) -> Option<T> {
        self.remove_where(hash(key), |item| item.key() == key)
    }

    /// Takes out one item with this key hash that `matches`.
    pub fn remove_where(&mut self, hash: u64, matches: impl Fn(&T) -> bool) -> Option<T> {
        let bucket = self.bucket_mut(hash);
        let position = bucket.position(tag(hash), matches)?;
        let removed = bucket.remove(position)?;
        self.len -= 1;
        self.shrink();
        Some(removed)
    }

    /// An item, each with the same probability, as far as `rng` yields every `u64` with the same.
    pub fn random(&self, rng: &mut impl FnMut() -> u64) -> Option<&T> {
        if self.is_empty() {
            return None;
        }
        // Buckets differ in how many items they hold, so a bucket drawn first and then one of
        // its items would favour those in short company. Drawing from equally many positions in
        // every bucket, until one is taken, does not.
        loop {
            let bucket = self.bucket(below(rng(), self.buckets));
            if let Some(item) = bucket.item(below(rng(), self.longest)) {
                return Some(item);
            }
        }
    }

    /// Emits the items of some buckets, at least `count` of them where there are as many, and
    /// returns the cursor to go on with; 0 begins, and 0 at the return ends.
    ///
    /// An item that stays in the table from the first call to the last is emitted at least
    /// once, whatever is inserted and removed in between. The cursor counts with its bits
    /// reversed (the method of Redis's SCAN): a bucket holds all hashes that end in the same
    /// bits, so that the reversed hashes of a bucket are a range of numbers, which splits and
    /// merges with the bucket. All items whose reversed hash is below the reversed cursor have
    /// been emitted.
    pub fn scan(&self, cursor: u64, count: usize, mut emit: impl FnMut(&T)) -> u64 {
        let mut cursor = cursor;
        let mut emitted = 0;
        // A bucket may be empty; a call shall nevertheless end soon.
        for _ in 0..count.max(1).saturating_mul(10) {
            let index = self.address(cursor);
            for item in self.bucket(index).items() {
                emit(item);
                emitted += 1;
            }
            cursor = next_cursor(cursor, self.mask_of(index));
            if cursor == 0 || emitted >= count {
                break;
            }
        }
        cursor
    }

    /// All items, in no order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { segments: self.segments.iter(), buckets: [].iter(), items: Items::empty() }
    }

    /// Bytes of heap the table and its items take, estimated from the first `samples` of
    /// them (0 for all), given what each takes outside its slot.
    pub fn memory_usage(&self, samples: usize, of_item: impl Fn(&T) -> usize) -> usize {
        let samples = if samples == 0 { usize::MAX } else { samples };
        let (mut items, mut sampled_bytes) = (0, 0);
        for bucket in self.segments.iter().flatten() {
            if items >= samples {
                break;
            }
            let before = items;
            for item in bucket.items() {
                items += 1;
                sampled_bytes += of_item(item);
            }
            sampled_bytes += Bucket::<T>::continued_bytes(items - before);
        }
        let buckets: usize = self.segments.iter().map(Vec::capacity).sum();
        let per_item = sampled_bytes as f64 / items.max(1) as f64;
        size_of::<Self>()
            + self.segments.capacity() * size_of::<Vec<Bucket<T>>>()
            + buckets * size_of::<Bucket<T>>()
            + (per_item * self.len as f64) as usize
    }

    /// The bucket in which items with this hash lie. Buckets that the current doubling has
    /// not split yet, and those it has not made yet, count one bit of the hash less.
    fn address(&self, hash: u64) -> usize {
        let mask = self.buckets.next_power_of_two() - 1;
        let index = hash as usize & mask;
        if index < self.buckets { index } else { index & (mask >> 1) }
    }

    /// The bits that the hashes of all items in this bucket have in common.
    fn mask_of(&self, index: usize) -> u64 {
        let mask = self.buckets.next_power_of_two() - 1;
        let split = index + mask.div_ceil(2) < self.buckets || index > mask >> 1;
        (if split { mask } else { mask >> 1 }) as u64
    }

    fn bucket(&self, index: usize) -> &Bucket<T> {
        &self.segments[index / SEGMENT_BUCKETS][index % SEGMENT_BUCKETS]
    }

    fn bucket_at_mut(&mut self, index: usize) -> &mut Bucket<T> {
        &mut self.segments[index / SEGMENT_BUCKETS][index % SEGMENT_BUCKETS]
    }

    fn bucket_mut(&mut self, hash: u64) -> &mut Bucket<T> {
        self.bucket_at_mut(self.address(hash))
    }

    /// Adds buckets while the table is too full: one, unless it had to wait for more.
    fn grow(&mut self) {
        while self.len > self.buckets * GROW_ABOVE {
            let split = self.partner(self.buckets);
            self.push_bucket();
            let mut rest = std::mem::take(self.bucket_at_mut(split));
            while let Some((tag, item)) = rest.pop() {
                let bucket = self.bucket_mut(hash(item.key()));
                bucket.push(tag, item);
            }
        }
    }

    /// Takes buckets away while the table is too empty. At most one an item removed.
    fn shrink(&mut self) {
        if self.is_empty() {
            self.longest = 0;
        }
        while self.buckets > 1 && self.len < self.buckets * SHRINK_BELOW {
            let Some(mut last) = self.pop_bucket() else { return };
            let into = self.partner(self.buckets);
            let mut chained = 0;
            while let Some((tag, item)) = last.pop() {
                chained = self.bucket_at_mut(into).push(tag, item);
            }
            self.longest = self.longest.max(chained);
        }
    }

    /// The bucket from which the bucket `index` was split off: its index without the highest bit.
    fn partner(&self, index: usize) -> usize {
        index - (1 << index.ilog2())
    }

    fn push_bucket(&mut self) {
        match self.segments.last_mut() {
            // The first segment grows with the table; the ones of a large table come whole.
            Some(segment) if segment.len() < SEGMENT_BUCKETS => {
                if segment.len() == segment.capacity() {
                    segment.reserve_exact(segment.len().min(SEGMENT_BUCKETS - segment.len()));
                }
                segment.push(Bucket::default());
            }
            _ => {
                let mut segment = Vec::with_capacity(SEGMENT_BUCKETS);
                segment.push(Bucket::default());
                self.segments.push(segment);
            }
        }
        self.buckets += 1;
    }

    fn pop_bucket(&mut self) -> Option<Bucket<T>> {
        let segment = self.segments.last_mut()?;
        let bucket = segment.pop()?;
        if segment.is_empty() {
            self.segments.pop();
        }
        self.buckets -= 1;
        Some(bucket)
    }
}

/// The byte that stands for a hash beside a slot: its top bits, as the low ones choose the
/// bucket; never 0, which marks an empty slot.
fn tag(hash: u64) -> u8 {
    ((hash >> 56) as u8).max(1)
}

/// A number below `bound` from a random one: a multiplication instead of a division.
pub fn below(random: u64, bound: usize) -> usize {
    ((u128::from(random) * bound as u128) >> 64) as usize
}

/// The cursor after the bucket that holds the hashes which agree with `cursor` in the bits of
/// `mask`.
fn next_cursor(cursor: u64, mask: u64) -> u64 {
    (cursor | !mask).reverse_bits().wrapping_add(1).reverse_bits()
}

/// All items of a [`Table`].
pub struct Iter<'a, T> {
    segments: std::slice::Iter<'a, Vec<Bucket<T>>>,
    buckets: std::slice::Iter<'a, Bucket<T>>,
    items: Items<'a, T>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(item);
            }
            match self.buckets.next() {
                Some(bucket) => self.items = bucket.items(),
                None => self.buckets = self.segments.next()?.iter(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::random;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn item(number: u32) -> Compact {
        Compact::new(format!("item:{number}").as_bytes())
    }

    fn table(numbers: impl IntoIterator<Item = u32>) -> Table<Compact> {
        let mut table = Table::default();
        for number in numbers {
            insert(&mut table, number);
        }
        table
    }

    fn insert(table: &mut Table<Compact>, number: u32) -> bool {
        table.get_or_insert(item(number).key(), || item(number)).is_none()
    }

    #[test]
    fn grows_and_shrinks_with_its_items() {
        let mut table = table(0..50_000);
        assert!(
            table.buckets >= 50_000 / GROW_ABOVE && table.longest < 40,
            "{} {}",
            table.buckets,
            table.longest
        );
        for number in 0..50_000 {
            assert!(table.get(item(number).key()).is_some());
        }
        for number in 0..50_000 {
            assert!(table.remove(item(number).key()).is_some());
            assert!(table.remove(item(number).key()).is_none());
        }
        assert_eq!((table.len(), table.buckets, table.segments.len()), (0, 1, 1));
        assert_eq!(table.iter().count(), 0);
        assert!(table.random(&mut random::next).is_none());
    }

    #[test]
    fn random_items_are_fair() {
        let table = table(0..50);
        let mut drawn = std::collections::HashMap::new();
        for _ in 0..50_000 {
            *drawn
                .entry(table.random(&mut random::next).unwrap().key().to_vec())
                .or_insert(0u32) += 1;
        }
        assert_eq!(drawn.len(), 50);
        // 1000 are expected of each, with a deviation of 32.
        assert!(drawn.values().all(|count| (800..1200).contains(count)), "{drawn:?}");
    }

    #[test]
    fn memory_per_item_is_the_same_at_any_fill() {
        for count in [10_000, 13_000, 17_000, 20_000] {
            let table = table(0..count);
            let per_item = table.memory_usage(0, |_| 0) / count as usize;
            assert!((14..=18).contains(&per_item), "{count} items: {per_item} bytes");
        }
    }

    #[test]
    fn a_scan_of_a_table_at_rest_emits_each_item_once() {
        for count in [1, 5, 6, 31, 100, 777, 2000] {
            let table = table(0..count);
            let (mut emitted, mut cursor) = (Vec::new(), 0);
            loop {
                cursor = table.scan(cursor, 3, |item| emitted.push(item.key().to_vec()));
                if cursor == 0 {
                    break;
                }
            }
            let different: BTreeSet<_> = emitted.iter().collect();
            assert_eq!((emitted.len(), different.len()), (count as usize, count as usize));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn holds_what_a_set_holds(steps in prop::collection::vec((any::<bool>(), 0u32..400), 0..1500)) {
            let mut table = Table::default();
            let mut model = BTreeSet::new();
            for (add, number) in steps {
                if add {
                    prop_assert_eq!(insert(&mut table, number), model.insert(number));
                } else {
                    prop_assert_eq!(table.remove(item(number).key()).is_some(), model.remove(&number));
                }
                prop_assert_eq!(table.len(), model.len());
            }
            let mut items: Vec<_> = table.iter().map(|item| item.key().to_vec()).collect();
            let mut expected: Vec<_> = model.iter().map(|&number| item(number).key().to_vec()).collect();
            items.sort();
            expected.sort();
            prop_assert_eq!(items, expected);
        }

        /// What is there during the whole scan is emitted, however the table grows and shrinks
        /// meanwhile.
        #[test]
        fn scans_emit_what_stays(
            stay in prop::collection::btree_set(0u32..10_000, 0..300),
            steps in prop::collection::vec(
                (prop::collection::btree_set(10_000u32..20_000, 0..500), any::<bool>(), 1usize..80), 1..12),
        ) {
            let mut table = table(stay.iter().copied());
            let mut emitted = BTreeSet::new();
            let mut cursor = 0;
            let mut steps = steps.iter().cycle();
            for calls in 0.. {
                prop_assert!(calls < 20_000, "the scan does not end");
                let (numbers, add, count) = steps.next().unwrap();
                for &number in numbers {
                    if *add { insert(&mut table, number); } else { table.remove(item(number).key()); }
                }
                cursor = table.scan(cursor, *count, |item| { emitted.insert(item.key().to_vec()); });
                if cursor == 0 {
                    break;
                }
            }
            for number in stay {
                prop_assert!(emitted.contains(item(number).key()), "{} was missed", number);
            }
        }
    }
}
