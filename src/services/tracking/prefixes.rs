//! BCAST: clients that want to hear of every change to keys whose names begin with a prefix,
//! whether they have read them or not.

use crate::services::clients::Client;
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Clients by their ids.
type Listeners = BTreeMap<u64, Arc<Client>>;

/// All prefixes that somebody listens to.
#[derive(Default)]
pub struct Prefixes {
    listeners: RwLock<BTreeMap<Box<[u8]>, Listeners>>,
    count: AtomicUsize,
}

/// The name of a key that has changed, and whether time did it, and not a client.
pub type Change<'a> = (&'a [u8], bool);

/// Changed keys, each once.
pub type Changed<'a> = BTreeMap<&'a [u8], bool>;

impl Prefixes {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Adds a listener.
    pub fn add(&self, prefix: &[u8], client: &Arc<Client>) {
        let mut all = self.listeners.write();
        all.entry(prefix.into()).or_default().insert(client.id, Arc::clone(client));
        self.count.store(all.len(), Ordering::Release);
    }

    /// Removes a listener everywhere. When this returns, nobody is sending it anything.
    pub fn remove(&self, client: u64) {
        let mut all = self.listeners.write();
        all.retain(|_, listeners| {
            listeners.remove(&client);
            !listeners.is_empty()
        });
        self.count.store(all.len(), Ordering::Release);
    }

    /// The prefixes that a client listens to, in the order of their bytes.
    pub fn of_client(&self, client: u64) -> Vec<Box<[u8]>> {
        let all = self.listeners.read();
        let of_client = all.iter().filter(|(_, listeners)| listeners.contains_key(&client));
        of_client.map(|(prefix, _)| prefix.clone()).collect()
    }

    /// Calls `tell` with the listeners of each prefix and the changed keys that have it, if any.
    pub fn for_each_touched(
        &self,
        changed: &Changed<'_>,
        mut tell: impl FnMut(&Listeners, &[Change<'_>]),
    ) {
        let all = self.listeners.read();
        let mut by_prefix: BTreeMap<&[u8], (&Listeners, Vec<Change<'_>>)> = BTreeMap::new();
        for (name, by_time) in changed {
            for_each_prefix(&all, name, |prefix, listeners| {
                let (_, names) = by_prefix.entry(prefix).or_insert((listeners, Vec::new()));
                names.push((name, *by_time));
            });
        }
        by_prefix.values().for_each(|(listeners, names)| tell(listeners, names));
    }
}

/// Emits the entries of a map that `name` begins with, the longest first.
///
/// The greatest entry that is not above `name`, or what is left of it, is either the longest
/// that it begins with, or shares with it just so many bytes as any other may have: so each look
/// shortens what is left.
fn for_each_prefix<'m, V>(
    map: &'m BTreeMap<Box<[u8]>, V>,
    name: &[u8],
    mut emit: impl FnMut(&'m [u8], &'m V),
) {
    let mut left = name;
    loop {
        let up_to = (Bound::Unbounded, Bound::Included(left));
        let Some((entry, value)) = map.range::<[u8], _>(up_to).next_back() else { return };
        let shared = entry.iter().zip(left).take_while(|(a, b)| a == b).count();
        if shared < entry.len() {
            left = &left[..shared];
            continue;
        }
        emit(entry, value);
        let Some(shorter) = shared.checked_sub(1) else { return };
        left = &left[..shorter];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_prefixes_of_a_name_are_found(
            entries in prop::collection::btree_set("[ab]{0,5}", 0..12),
            name in "[ab]{0,7}",
        ) {
            let map: BTreeMap<Box<[u8]>, ()> =
                entries.iter().map(|entry| (entry.as_bytes().into(), ())).collect();
            let mut found = Vec::new();
            for_each_prefix(&map, name.as_bytes(), |entry, ()| found.push(entry.to_vec()));
            let is_prefix = |entry: &&String| name.starts_with(entry.as_str());
            let expected = entries.iter().rev().filter(is_prefix);
            let expected: Vec<Vec<u8>> = expected.map(|entry| entry.clone().into()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
