//! Streams: a log of entries, each a list of fields with values under an ID that only ever
//! grows, and the consumer groups that read it.
//!
//! Nothing here knows the time or parses an ID: both come in as numbers.

mod deliver;
mod entry;
mod group;
mod id;
mod load;
mod log;
mod node;
mod progress;
#[cfg(test)]
mod tests;
mod trim;
mod validate;

use std::collections::BTreeMap;

use self::log::Log;
use super::limits::Limits;
use super::listpack::{Corrupt, Listpack};

pub use self::deliver::{AutoClaimed, Claim, Claimed, Read, ReadIdle};
pub use self::entry::{Entry, Fields};
pub use self::group::{Consumer, Group, Nack};
pub use self::id::StreamId;
pub use self::load::GroupLoader;
pub use self::trim::{References, Threshold, Trim};

/// A stream. It may be without entries.
#[derive(Clone, Default)]
pub struct Stream(Box<Parts>);

#[derive(Clone, Default)]
struct Parts {
    log: Log,
    groups: Groups,
}

/// Consumer groups by name.
type Groups = BTreeMap<Box<[u8]>, Group>;

/// Why an entry cannot be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// Its ID is not greater than the last ID of the stream.
    IdNotGreater,
    /// Its fields and values are too large for a node.
    TooLarge,
}

/// What became of an entry to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is deleted.
    Deleted,
    /// There was none with that ID.
    NotFound,
    /// It stays, since a group still refers to it.
    Referenced,
}

/// Entries.
impl Stream {
    /// How many entries there are.
    pub fn len(&self) -> u64 {
        self.log().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries, from either end.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> + use<'_> {
        self.range(StreamId::MIN, StreamId::MAX)
    }

    /// The entries with IDs in this range, both ends included; from either end.
    pub fn range(
        &self,
        from: StreamId,
        to: StreamId,
    ) -> impl DoubleEndedIterator<Item = Entry<'_>> + use<'_> {
        self.log().range(from, to)
    }

    /// The entry with this ID.
    pub fn get(&self, id: StreamId) -> Option<Entry<'_>> {
        self.log().get(id)
    }

    /// Appends an entry.
    pub fn append<'f>(
        &mut self,
        id: StreamId,
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
        limits: &Limits,
    ) -> Result<(), AppendError> {
        self.0.log.append(id, fields, limits)
    }

    /// The ID of an entry appended now; none once the last possible ID is taken.
    pub fn next_id(&self, now_ms: u64) -> Option<StreamId> {
        let last = self.last_id();
        if now_ms > last.ms { Some(StreamId::new(now_ms, 0)) } else { last.next() }
    }

    /// The next ID with these milliseconds; none when there is no greater one than the last.
    pub fn next_id_within(&self, ms: u64) -> Option<StreamId> {
        let last = self.last_id();
        let seq = if ms == last.ms { last.seq.checked_add(1)? } else { 0 };
        Some(StreamId::new(ms, seq)).filter(|id| *id > last)
    }

    /// Deletes an entry, whatever groups refer to it. False when there is none.
    pub fn delete(&mut self, id: StreamId) -> bool {
        self.0.log.delete(id)
    }

    /// Deletes an entry with regard to references from groups. [`References::Delete`] removes those
    /// also where the stream does not have the entry.
    pub fn delete_with(&mut self, id: StreamId, references: References) -> Deletion {
        if references == References::Delete {
            forget(&mut self.0.groups, id);
        }
        if self.get(id).is_none() {
            return Deletion::NotFound;
        }
        if references == References::Acked && is_referenced(&self.0.groups, id) {
            return Deletion::Referenced;
        }
        self.delete(id);
        Deletion::Deleted
    }

    /// Removes the oldest entries, and answers how many.
    pub fn trim(&mut self, trim: &Trim) -> u64 {
        let (log, groups) = self.parts_mut();
        match trim.references {
            References::Keep => log.trim(trim, None),
            References::Delete => log.trim(
                trim,
                Some(&mut |id| {
                    forget(groups, id);
                    true
                }),
            ),
            References::Acked => log.trim(trim, Some(&mut |id| !is_referenced(groups, id))),
        }
    }
}

/// What is known of the stream as a whole.
impl Stream {
    /// The greatest ID the stream ever had; 0-0 when it never had an entry.
    pub fn last_id(&self) -> StreamId {
        self.log().last_id
    }

    /// Changes [`Stream::last_id`]. False, and nothing changed, when an entry has a greater one.
    pub fn set_last_id(&mut self, id: StreamId) -> bool {
        let possible = self.iter().next_back().is_none_or(|entry| entry.id <= id);
        if possible {
            self.0.log.last_id = id;
        }
        possible
    }

    /// The greatest ID that XDEL and its kin deleted; 0-0 for none.
    pub fn max_deleted_id(&self) -> StreamId {
        self.log().max_deleted_id
    }

    /// Changes [`Stream::max_deleted_id`].
    pub fn set_max_deleted_id(&mut self, id: StreamId) {
        self.0.log.max_deleted_id = id;
    }

    /// How many entries were ever added.
    pub fn entries_added(&self) -> u64 {
        self.log().entries_added
    }

    /// Changes [`Stream::entries_added`].
    pub fn set_entries_added(&mut self, count: u64) {
        self.0.log.entries_added = count;
    }

    /// `stream`
    pub fn encoding(&self) -> &'static str {
        "stream"
    }

    /// Bytes of heap it takes, estimated from `samples` nodes; 0 asks for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        let groups = self
            .0
            .groups
            .iter()
            .map(|(name, group)| name.len() + size_of::<Group>() + group.memory_usage());
        size_of::<Parts>() + self.log().memory_usage(samples) + groups.sum::<usize>()
    }

    /// The nodes, each with its master ID: what a file holds.
    pub fn nodes(
        &self,
    ) -> impl DoubleEndedIterator<Item = (StreamId, &Listpack)> + ExactSizeIterator {
        self.log().nodes()
    }

    /// Appends a node from a file, with entries greater than all before. [`Stream::last_id`] is
    /// at least that of its last entry then; the other counters are the caller's to set.
    pub fn push_node(&mut self, master_id: StreamId, listpack: Listpack) -> Result<(), Corrupt> {
        self.0.log.push_node(master_id, listpack)
    }
}

/// Groups.
impl Stream {
    /// The groups, by name.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&[u8], &Group)> {
        self.0.groups.iter().map(|(name, group)| (&**name, group))
    }

    /// The group with this name.
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.0.groups.get(name)
    }

    /// The group with this name, to be changed.
    pub fn group_mut(&mut self, name: &[u8]) -> Option<&mut Group> {
        self.0.groups.get_mut(name)
    }

    /// Adds a group. False, and nothing changed, when there is one with that name.
    pub fn add_group(&mut self, name: &[u8], group: Group) -> bool {
        if self.0.groups.contains_key(name) {
            return false;
        }
        self.0.groups.insert(name.into(), group);
        true
    }

    /// Removes a group.
    pub fn destroy_group(&mut self, name: &[u8]) -> Option<Group> {
        self.0.groups.remove(name)
    }

    fn log(&self) -> &Log {
        &self.0.log
    }

    fn parts_mut(&mut self) -> (&mut Log, &mut Groups) {
        let Parts { log, groups } = &mut *self.0;
        (log, groups)
    }
}

/// Whether a group has yet to read or to acknowledge an entry.
fn is_referenced(groups: &Groups, id: StreamId) -> bool {
    groups.values().any(|group| id > group.last_id() || group.nack(id).is_some())
}

/// Makes an entry pending nowhere.
fn forget(groups: &mut Groups, id: StreamId) {
    for group in groups.values_mut() {
        group.ack(id);
    }
}
