//! Consumer groups: who was given which entry, and has not acknowledged it yet.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::StreamId;

/// A consumer group. The pending entries list (PEL) of the group and those of its consumers
/// always agree.
#[derive(Clone, Debug, Default)]
pub struct Group {
    last_id: StreamId,
    entries_read: Option<u64>,
    pending: BTreeMap<StreamId, Nack>,
    /// What is pending by the time of its last delivery.
    by_time: BTreeSet<(i64, StreamId)>,
    consumers: BTreeMap<Arc<[u8]>, Consumer>,
}

/// An entry that was delivered and not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nack {
    consumer: Arc<[u8]>,
    delivered_at_ms: i64,
    deliveries: u64,
}

/// A consumer of a group.
#[derive(Clone, Debug, Default)]
pub struct Consumer {
    seen_at_ms: i64,
    active_at_ms: Option<i64>,
    pending: BTreeSet<StreamId>,
}

impl Nack {
    /// The name of the consumer that it was delivered to.
    pub fn consumer(&self) -> &[u8] {
        &self.consumer
    }

    /// Unix time of the last delivery.
    pub fn delivered_at_ms(&self) -> i64 {
        self.delivered_at_ms
    }

    /// How often it was delivered.
    pub fn deliveries(&self) -> u64 {
        self.deliveries
    }

    /// How long ago it was delivered; 0 where the clock was set back since.
    pub fn idle_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.delivered_at_ms).max(0)
    }
}

impl Consumer {
    /// Unix time at which it last tried to read or claim.
    pub fn seen_at_ms(&self) -> i64 {
        self.seen_at_ms
    }

    /// Unix time at which it last got an entry; none when it never did.
    pub fn active_at_ms(&self) -> Option<i64> {
        self.active_at_ms
    }

    /// How many entries it has not acknowledged.
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }
}

/// Position and pending entries.
impl Group {
    /// A group that has read the entries up to `last_id`: `entries_read` of them, where that
    /// is known.
    pub fn new(last_id: StreamId, entries_read: Option<u64>) -> Self {
        Group { last_id, entries_read, ..Group::default() }
    }

    /// The greatest ID that was delivered.
    pub fn last_id(&self) -> StreamId {
        self.last_id
    }

    /// How many entries of the stream, deleted ones included, are up to [`Group::last_id`], where
    /// that is known.
    pub fn entries_read(&self) -> Option<u64> {
        self.entries_read
    }

    /// Continues from another position, and forgets nothing that is pending.
    pub fn set_position(&mut self, last_id: StreamId, entries_read: Option<u64>) {
        self.last_id = last_id;
        self.entries_read = entries_read;
    }

    /// How many entries nobody has acknowledged.
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Pending entries with IDs in this range, of all consumers.
    pub fn pending(
        &self,
        ids: RangeInclusive<StreamId>,
    ) -> impl DoubleEndedIterator<Item = (StreamId, &Nack)> {
        // A map panics at a range that ends before it begins.
        let ids = (!ids.is_empty()).then_some(ids);
        ids.into_iter().flat_map(|ids| self.pending.range(ids)).map(|(id, nack)| (*id, nack))
    }

    /// Pending entries of one consumer with IDs in this range; none for a consumer that is not
    /// there.
    pub fn pending_of(
        &self,
        consumer: &[u8],
        ids: RangeInclusive<StreamId>,
    ) -> impl Iterator<Item = (StreamId, &Nack)> {
        let ids = (!ids.is_empty()).then_some(ids);
        let own = self
            .consumers
            .get(consumer)
            .zip(ids)
            .map(|(consumer, ids)| consumer.pending.range(ids));
        own.into_iter().flatten().filter_map(|id| Some((*id, self.pending.get(id)?)))
    }

    /// What is pending, the entries first that were delivered longest ago.
    pub fn pending_by_time(&self) -> impl Iterator<Item = (StreamId, &Nack)> {
        self.by_time.iter().filter_map(|(_, id)| Some((*id, self.pending.get(id)?)))
    }

    /// The pending entry with this ID.
    pub fn nack(&self, id: StreamId) -> Option<&Nack> {
        self.pending.get(&id)
    }

    /// The entry is pending no longer. False when it was not.
    pub fn ack(&mut self, id: StreamId) -> bool {
        let Some(nack) = self.pending.remove(&id) else {
            return false;
        };
        self.by_time.remove(&(nack.delivered_at_ms, id));
        if let Some(consumer) = self.consumers.get_mut(&nack.consumer) {
            consumer.pending.remove(&id);
        }
        true
    }

    /// Makes an entry pending for a consumer, with this delivery; takes it from whom it was
    /// pending for before. False when there is no such consumer.
    pub fn assign(
        &mut self,
        id: StreamId,
        consumer: &[u8],
        delivered_at_ms: i64,
        deliveries: u64,
    ) -> bool {
        let Some((name, _)) = self.consumers.get_key_value(consumer) else {
            return false;
        };
        let name = Arc::clone(name);
        let nack = Nack { consumer: Arc::clone(&name), delivered_at_ms, deliveries };
        let before = self.pending.insert(id, nack);
        if let Some(before) = &before {
            self.by_time.remove(&(before.delivered_at_ms, id));
        }
        self.by_time.insert((delivered_at_ms, id));
        if before.as_ref().is_some_and(|before| before.consumer == name) {
            return true;
        }
        if let Some(other) = before.and_then(|before| self.consumers.get_mut(&before.consumer)) {
            other.pending.remove(&id);
        }
        if let Some(consumer) = self.consumers.get_mut(&name) {
            consumer.pending.insert(id);
        }
        true
    }

    /// Bytes of heap it takes.
    pub(super) fn memory_usage(&self) -> usize {
        /// The nodes of a B-tree are about two thirds full.
        fn in_tree<T>(len: usize) -> usize {
            len * size_of::<T>() * 3 / 2
        }
        let consumers: usize = self
            .consumers
            .iter()
            .map(|(name, consumer)| name.len() + in_tree::<StreamId>(consumer.pending.len()))
            .sum();
        consumers
            + in_tree::<(StreamId, Nack)>(self.pending.len())
            + in_tree::<(i64, StreamId)>(self.by_time.len())
            + in_tree::<(Arc<[u8]>, Consumer)>(self.consumers.len())
    }
}

/// Consumers.
impl Group {
    /// The consumers, by name.
    pub fn consumers(&self) -> impl ExactSizeIterator<Item = (&[u8], &Consumer)> {
        self.consumers.iter().map(|(name, consumer)| (&**name, consumer))
    }

    /// The consumer with this name.
    pub fn consumer(&self, name: &[u8]) -> Option<&Consumer> {
        self.consumers.get(name)
    }

    /// Adds a consumer. False when it was there.
    pub fn create_consumer(&mut self, name: &[u8], now_ms: i64) -> bool {
        self.insert_consumer(name, now_ms, None)
    }

    /// Adds a consumer with its times. False when it was there.
    pub(super) fn insert_consumer(
        &mut self,
        name: &[u8],
        seen_at_ms: i64,
        active_at_ms: Option<i64>,
    ) -> bool {
        if self.consumers.contains_key(name) {
            return false;
        }
        let consumer = Consumer { seen_at_ms, active_at_ms, ..Consumer::default() };
        self.consumers.insert(name.into(), consumer);
        true
    }

    /// Removes a consumer with all that is pending for it, and answers how many entries that were.
    pub fn delete_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let consumer = self.consumers.remove(name)?;
        for id in &consumer.pending {
            if let Some(nack) = self.pending.remove(id) {
                self.by_time.remove(&(nack.delivered_at_ms, *id));
            }
        }
        Some(consumer.pending.len())
    }

    /// The consumer, added where it was not there, has tried to read or claim. True when it was
    /// added.
    pub fn consumer_seen(&mut self, name: &[u8], now_ms: i64) -> bool {
        match self.consumers.get_mut(name) {
            Some(consumer) => {
                consumer.seen_at_ms = now_ms;
                false
            }
            None => self.create_consumer(name, now_ms),
        }
    }

    /// The consumer has got an entry.
    pub fn consumer_active(&mut self, name: &[u8], now_ms: i64) {
        if let Some(consumer) = self.consumers.get_mut(name) {
            consumer.active_at_ms = Some(now_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(ms: u64) -> StreamId {
        StreamId::new(ms, 0)
    }

    #[test]
    fn both_lists_agree() {
        let mut group = Group::new(StreamId::MIN, None);
        assert!(!group.assign(id(1), b"a", 0, 1));
        assert!(group.create_consumer(b"a", 5) && group.create_consumer(b"b", 6));
        assert!(!group.create_consumer(b"a", 7) && !group.consumer_seen(b"a", 8));
        for ms in 1..=3 {
            assert!(group.assign(id(ms), b"a", 10, 1));
        }
        assert!(group.assign(id(2), b"b", 20, 2));
        let ids = |consumer: &[u8]| {
            group
                .pending_of(consumer, StreamId::MIN..=StreamId::MAX)
                .map(|(id, _)| id.ms)
                .collect::<Vec<_>>()
        };
        assert_eq!((ids(b"a"), ids(b"b"), ids(b"c")), (vec![1, 3], vec![2], vec![]));
        let nack = group.nack(id(2)).unwrap();
        assert_eq!((nack.consumer(), nack.idle_ms(25), nack.idle_ms(0)), (&b"b"[..], 5, 0));
        let by_time: Vec<_> = group.pending_by_time().map(|(id, _)| id.ms).collect();
        assert_eq!(by_time, [1, 3, 2]);

        assert!(group.ack(id(1)) && !group.ack(id(1)));
        assert_eq!(group.delete_consumer(b"a"), Some(1));
        assert_eq!(group.delete_consumer(b"a"), None);
        assert_eq!(group.pending_len(), 1);
        assert_eq!(group.consumers().map(|(name, _)| name).collect::<Vec<_>>(), [b"b"]);
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_empty() {
        let mut group = Group::default();
        group.create_consumer(b"a", 0);
        group.assign(id(1), b"a", 0, 1);
        let backwards = StreamId::MAX..=StreamId::MIN;
        assert_eq!(group.pending(backwards.clone()).count(), 0);
        assert_eq!(group.pending_of(b"a", backwards).count(), 0);
    }
}
