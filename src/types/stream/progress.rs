//! How far a group has got: the number of entries it has read, and how many it has yet to,
//! its lag. Deleted entries leave gaps in the count; where a gap may lie between what is
//! known and what is asked, the answer is unknown. The rules are those of Redis 7.4 and later.

use super::group::Group;
use super::log::Log;
use super::{Stream, StreamId};

impl Stream {
    /// How many entries the group has yet to read, where that is known.
    pub fn lag(&self, group: &Group) -> Option<u64> {
        self.log().lag(group)
    }

    /// How many entries, deleted ones included, were added up to this ID, where that is known.
    pub fn entries_added_up_to(&self, id: StreamId) -> Option<u64> {
        self.log().entries_added_up_to(id)
    }
}

impl Log {
    fn lag(&self, group: &Group) -> Option<u64> {
        let Some(first_id) = self.first_id() else {
            return Some(0);
        };
        if group.last_id() < first_id && self.max_deleted_id < first_id {
            return Some(self.len());
        }
        let read = match group.entries_read() {
            Some(read) if !self.may_have_gap_from(group.last_id()) => read,
            _ => self.entries_added_up_to(group.last_id())?,
        };
        // What a client or a file claims was read may exceed what was added.
        Some(self.entries_added.saturating_sub(read))
    }

    fn entries_added_up_to(&self, id: StreamId) -> Option<u64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        let Some(first_id) = self.first_id() else {
            return (id <= self.last_id).then_some(self.entries_added);
        };
        if id == self.last_id {
            return Some(self.entries_added);
        }
        let in_gap = id != StreamId::MIN && id < self.max_deleted_id;
        if in_gap || id > self.last_id {
            return None;
        }
        let gap_behind_first =
            self.max_deleted_id != StreamId::MIN && self.max_deleted_id >= first_id;
        if gap_behind_first || id > first_id {
            return None;
        }
        let before_first = self.entries_added.saturating_sub(self.len());
        Some(before_first + u64::from(id == first_id))
    }

    /// What [`Group::entries_read`] becomes when the group reads the entry `id`, the one after
    /// its position.
    pub(super) fn entries_read_after(&self, group: &Group, id: StreamId) -> Option<u64> {
        let begun = self.first_id().is_some_and(|first_id| group.last_id() >= first_id);
        match group.entries_read() {
            Some(read) if begun && !self.may_have_gap_from(group.last_id()) => {
                Some(read.saturating_add(1))
            }
            _ => self.entries_added_up_to(id),
        }
    }

    /// Whether an entry with this ID or a greater one was deleted from between others.
    fn may_have_gap_from(&self, id: StreamId) -> bool {
        self.len() > 0 && self.max_deleted_id != StreamId::MIN && id <= self.max_deleted_id
    }

    fn first_id(&self) -> Option<StreamId> {
        self.range(StreamId::MIN, StreamId::MAX).next().map(|entry| entry.id)
    }
}
