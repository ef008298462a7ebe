//! The keys with the greatest sums of weights in a stream of keys, in bounded memory: the
//! Space-Saving algorithm (Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and
//! top-k elements in data streams", ICDT 2005) with weights.
//!
//! A key that is not among those counted takes the place of the one with the least count, and
//! that count as its possible error. So a count is never too small, and too large by its error
//! at most; a key with more than 1/capacity of all weights is always among those counted.

use ahash::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Counters of the heaviest keys.
pub struct Top {
    capacity: usize,
    counters: Vec<Counter>,
    /// The place of each counted key.
    places: HashMap<Arc<[u8]>, usize, RandomState>,
    /// All counters by count: `(count, place)`.
    by_count: BTreeSet<(u64, usize)>,
    /// The sum of all weights.
    pub total: u64,
}

struct Counter {
    key: Arc<[u8]>,
    count: u64,
    error: u64,
}

impl Top {
    /// Room for `capacity` keys, which is not 0.
    pub fn new(capacity: usize) -> Top {
        Top {
            capacity,
            counters: Vec::new(),
            places: HashMap::default(),
            by_count: BTreeSet::new(),
            total: 0,
        }
    }

    /// Adds to a key's sum.
    pub fn add(&mut self, key: &[u8], weight: u64) {
        self.total = self.total.saturating_add(weight);
        if weight == 0 {
            return;
        }
        let place = match self.places.get(key) {
            Some(place) => *place,
            None => self.make_place(key),
        };
        let Some(counter) = self.counters.get_mut(place) else { return };
        self.by_count.remove(&(counter.count, place));
        counter.count = counter.count.saturating_add(weight);
        self.by_count.insert((counter.count, place));
    }

    /// A counter for a key that has none: a new one, or the one with the least count.
    fn make_place(&mut self, key: &[u8]) -> usize {
        let key: Arc<[u8]> = key.into();
        let least = self.by_count.first().filter(|_| self.counters.len() >= self.capacity);
        let place = match least {
            Some((count, place)) => {
                let counter = &mut self.counters[*place];
                self.places.remove(&counter.key);
                (counter.key, counter.error) = (Arc::clone(&key), *count);
                *place
            }
            None => {
                self.counters.push(Counter { key: Arc::clone(&key), count: 0, error: 0 });
                self.counters.len() - 1
            }
        };
        self.places.insert(key, place);
        place
    }

    /// The heaviest keys, `most` at most, the heaviest first, each with the weight that it had
    /// for certain.
    pub fn heaviest(&self, most: usize) -> Vec<(Arc<[u8]>, u64)> {
        let certain = |counter: &Counter| (Arc::clone(&counter.key), counter.count - counter.error);
        let mut keys: Vec<_> = self.counters.iter().map(certain).collect();
        keys.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        keys.truncate(most);
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Against the exact sums.
        #[test]
        fn certain_weights_are_bounds(stream in prop::collection::vec((0..20u8, 0..9u64), 0..300)) {
            let mut top = Top::new(5);
            let mut exact: BTreeMap<u8, u64> = BTreeMap::new();
            for (key, weight) in &stream {
                top.add(&[*key], *weight);
                *exact.entry(*key).or_default() += weight;
            }
            let total: u64 = exact.values().sum();
            prop_assert_eq!(top.total, total);
            prop_assert!(top.counters.len() <= 5 && top.places.len() == top.counters.len());
            for counter in &top.counters {
                let truth = exact[&counter.key[0]];
                prop_assert!(counter.count - counter.error <= truth && truth <= counter.count);
            }
            for (key, weight) in exact {
                let is_counted = top.places.contains_key(&[key][..]);
                prop_assert!(is_counted || weight * 5 <= total, "{} weighs {}", key, weight);
            }
        }
    }

    #[test]
    fn the_heaviest_come_first() {
        let mut top = Top::new(3);
        for (key, weight) in [("a", 5), ("b", 7), ("c", 7), ("a", 1), ("z", 0)] {
            top.add(key.as_bytes(), weight);
        }
        let heaviest = top.heaviest(2);
        let names: Vec<_> = heaviest.iter().map(|(key, weight)| (&**key, *weight)).collect();
        assert_eq!(names, [(&b"b"[..], 7), (&b"c"[..], 7)]);
    }
}
