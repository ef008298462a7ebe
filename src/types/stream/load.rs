//! Putting a consumer group together from a file, which lists the pending entries of the
//! group first, and then for each consumer which of them are its own.

use std::collections::BTreeMap;

use super::StreamId;
use super::group::Group;
use crate::types::listpack::Corrupt;

/// A group that is being read.
pub struct GroupLoader {
    group: Group,
    /// Delivery time and number of deliveries of the pending entries that no consumer has
    /// been given yet.
    unowned: BTreeMap<StreamId, (i64, u64)>,
    /// The consumer that was added last.
    consumer: Vec<u8>,
}

impl GroupLoader {
    /// Begins a group; see [`Group::new`].
    pub fn new(last_id: StreamId, entries_read: Option<u64>) -> Self {
        GroupLoader {
            group: Group::new(last_id, entries_read),
            unowned: BTreeMap::new(),
            consumer: Vec::new(),
        }
    }

    /// Adds a pending entry of the group. Refuses one that is there already.
    pub fn pending(
        &mut self,
        id: StreamId,
        delivered_at_ms: i64,
        deliveries: u64,
    ) -> Result<(), Corrupt> {
        match self.unowned.insert(id, (delivered_at_ms, deliveries)) {
            None => Ok(()),
            Some(_) => Err(Corrupt("consumer group with a pending entry twice")),
        }
    }

    /// Adds a consumer. Refuses a name that is there already.
    pub fn consumer(
        &mut self,
        name: &[u8],
        seen_at_ms: i64,
        active_at_ms: Option<i64>,
    ) -> Result<(), Corrupt> {
        if !self.group.insert_consumer(name, seen_at_ms, active_at_ms) {
            return Err(Corrupt("consumer group with a consumer twice"));
        }
        self.consumer = name.to_vec();
        Ok(())
    }

    /// Gives a pending entry to the consumer added last. Refuses one that is not pending in
    /// the group, or is another consumer's.
    pub fn consumer_pending(&mut self, id: StreamId) -> Result<(), Corrupt> {
        let Some((delivered_at_ms, deliveries)) = self.unowned.remove(&id) else {
            return Err(Corrupt("consumer with a pending entry that its group does not have"));
        };
        if !self.group.assign(id, &self.consumer, delivered_at_ms, deliveries) {
            return Err(Corrupt("pending entry before any consumer"));
        }
        Ok(())
    }

    /// The group. Refuses one with a pending entry that no consumer has.
    pub fn finish(self) -> Result<Group, Corrupt> {
        if !self.unowned.is_empty() {
            return Err(Corrupt("consumer group with a pending entry that no consumer has"));
        }
        Ok(self.group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: StreamId = StreamId::new(1, 1);

    #[test]
    fn lists_must_agree() {
        let mut loader = GroupLoader::new(ID, Some(1));
        assert!(loader.pending(ID, 10, 2).is_ok());
        assert!(loader.pending(ID, 10, 2).is_err());
        assert!(loader.consumer(b"idle", 5, None).is_ok());
        assert!(loader.consumer(b"busy", 6, Some(7)).is_ok());
        assert!(loader.consumer(b"idle", 5, None).is_err());
        assert!(loader.consumer_pending(StreamId::MIN).is_err());
        assert!(loader.consumer_pending(ID).is_ok());
        assert!(loader.consumer_pending(ID).is_err());
        let group = loader.finish().unwrap();
        let nack = group.nack(ID).unwrap();
        assert_eq!(
            (nack.consumer(), nack.delivered_at_ms(), nack.deliveries()),
            (&b"busy"[..], 10, 2)
        );
    }

    #[test]
    fn every_pending_entry_has_a_consumer() {
        let mut loader = GroupLoader::new(ID, None);
        assert!(loader.pending(ID, 0, 1).is_ok());
        assert!(loader.consumer_pending(ID).is_err());
        let mut loader = GroupLoader::new(ID, None);
        assert!(loader.pending(ID, 0, 1).is_ok());
        assert!(loader.finish().is_err());
    }
}
