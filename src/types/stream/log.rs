//! The entries of a stream: nodes by master ID, and the counters that outlive the entries.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::node::{Fate, Node};
use super::trim::{Threshold, Trim};
use super::validate::validate;
use super::{AppendError, Entry, StreamId};
use crate::types::limits::Limits;
use crate::types::listpack::{Corrupt, Listpack};

/// Entries in order, with what is known of those that are gone.
#[derive(Clone, Default)]
pub(super) struct Log {
    /// Nodes by master ID, the lower bound of their entries' IDs. Each has a live entry.
    nodes: BTreeMap<StreamId, Node>,
    /// Live entries.
    len: u64,
    pub(super) last_id: StreamId,
    pub(super) max_deleted_id: StreamId,
    pub(super) entries_added: u64,
}

impl Log {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn nodes(
        &self,
    ) -> impl DoubleEndedIterator<Item = (StreamId, &Listpack)> + ExactSizeIterator {
        self.nodes.iter().map(|(master_id, node)| (*master_id, node.listpack()))
    }

    /// Entries with IDs in this range, both ends included.
    pub(super) fn range(
        &self,
        from: StreamId,
        to: StreamId,
    ) -> impl DoubleEndedIterator<Item = Entry<'_>> + use<'_> {
        // The first node that may hold such IDs is the last that does not begin behind `from`.
        let first = self.nodes.range(..=from).next_back().map_or(from, |(master_id, _)| *master_id);
        let nodes = (from <= to).then(|| self.nodes.range(first..=to));
        nodes
            .into_iter()
            .flatten()
            .flat_map(move |(master_id, node)| node.entries(*master_id, from, to))
    }

    pub(super) fn get(&self, id: StreamId) -> Option<Entry<'_>> {
        self.range(id, id).next()
    }

    pub(super) fn append<'f>(
        &mut self,
        id: StreamId,
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
        limits: &Limits,
    ) -> Result<(), AppendError> {
        if id <= self.last_id {
            return Err(AppendError::IdNotGreater);
        }
        let sizes = fields.clone().map(|(name, value)| name.len().saturating_add(value.len()));
        let bytes = sizes.fold(0, usize::saturating_add);
        // What the encoding adds to each field is at most 20 bytes.
        let encoded = bytes.saturating_add(fields.clone().count().saturating_mul(20));
        if encoded > Listpack::MAX_BYTES {
            return Err(AppendError::TooLarge);
        }
        let last =
            self.nodes.last_entry().filter(|node| has_room(node.get(), bytes, encoded, limits));
        match last {
            Some(mut last) => {
                let master_id = *last.key();
                last.get_mut().push(master_id, id, fields);
            }
            None => {
                let mut node = Node::new(fields.clone().map(|(name, _)| name));
                node.push(id, id, fields);
                self.nodes.insert(id, node);
            }
        }
        self.len += 1;
        self.entries_added = self.entries_added.saturating_add(1);
        self.last_id = id;
        Ok(())
    }

    pub(super) fn delete(&mut self, id: StreamId) -> bool {
        let Some((&master_id, node)) = self.nodes.range_mut(..=id).next_back() else {
            return false;
        };
        if !node.delete(master_id, id) {
            return false;
        }
        if node.live() == 0 {
            self.nodes.remove(&master_id);
        }
        self.len -= 1;
        self.max_deleted_id = self.max_deleted_id.max(id);
        true
    }

    /// Removes the oldest entries, and answers how many. With `may_go`, only those of which it
    /// answers true.
    pub(super) fn trim(
        &mut self,
        trim: &Trim,
        mut may_go: Option<&mut dyn FnMut(StreamId) -> bool>,
    ) -> u64 {
        let mut removed = 0;
        let mut next = Bound::Unbounded;
        while let Some((&master_id, node)) = self.nodes.range((next, Bound::Unbounded)).next() {
            next = Bound::Excluded(master_id);
            let live = node.live();
            let (reached, whole) = match trim.threshold {
                Threshold::MaxLen(max) => (self.len <= max, self.len.saturating_sub(live) >= max),
                Threshold::MinId(min) => {
                    (master_id >= min, node.last_added_id(master_id).is_some_and(|last| last < min))
                }
            };
            let over_limit = trim.limit.is_some_and(|limit| removed + live > limit);
            if reached || over_limit || (trim.approximate && !whole) {
                break;
            }
            removed += match &mut may_go {
                None if whole => self.remove_node(master_id),
                may_go => self.trim_node(master_id, trim.threshold, &mut |id| {
                    may_go.as_mut().is_none_or(|may_go| may_go(id))
                }),
            };
        }
        removed
    }

    /// Appends a node of a file.
    pub(super) fn push_node(
        &mut self,
        master_id: StreamId,
        listpack: Listpack,
    ) -> Result<(), Corrupt> {
        validate(master_id, &listpack)?;
        let last = self.nodes.last_key_value().and_then(|(id, node)| node.last_id(*id));
        if last.is_some_and(|last| last >= master_id) {
            return Err(Corrupt("stream nodes out of order"));
        }
        let node = Node::from_valid(listpack);
        if node.live() > 0 {
            self.len += node.live();
            self.last_id = self.last_id.max(node.last_id(master_id).unwrap_or_default());
            self.nodes.insert(master_id, node);
        }
        Ok(())
    }

    /// Bytes of heap it takes, estimated from `samples` nodes; 0 asks for all.
    pub(super) fn memory_usage(&self, samples: usize) -> usize {
        let samples = if samples == 0 { usize::MAX } else { samples };
        let (mut sampled, mut bytes) = (0usize, 0);
        for node in self.nodes.values().take(samples) {
            sampled += 1;
            bytes += node.listpack().memory_usage() + size_of::<(StreamId, Node)>();
        }
        (bytes as f64 / sampled.max(1) as f64 * self.nodes.len() as f64) as usize
    }

    fn remove_node(&mut self, master_id: StreamId) -> u64 {
        let live = self.nodes.remove(&master_id).map_or(0, |node| node.live());
        self.len = self.len.saturating_sub(live);
        live
    }

    fn trim_node(
        &mut self,
        master_id: StreamId,
        threshold: Threshold,
        may_go: &mut dyn FnMut(StreamId) -> bool,
    ) -> u64 {
        let Some(node) = self.nodes.get_mut(&master_id) else {
            return 0;
        };
        let mut left = self.len;
        let removed = node.trim(master_id, |id| {
            let reached = match threshold {
                Threshold::MaxLen(max) => left <= max,
                Threshold::MinId(min) => id >= min,
            };
            if reached {
                return Fate::Stop;
            }
            if !may_go(id) {
                return Fate::Keep;
            }
            left -= 1;
            Fate::Remove
        });
        if node.live() == 0 {
            self.nodes.remove(&master_id);
        }
        self.len = left;
        removed
    }
}

/// Whether an entry still joins a node, by Redis's rules: the bytes are those of its fields and
/// values alone, and deleted entries count.
fn has_room(node: &Node, bytes: usize, encoded: usize, limits: &Limits) -> bool {
    let max_bytes = match limits.stream_node_max_bytes {
        0 => Listpack::MAX_BYTES,
        max => max.min(Listpack::MAX_BYTES),
    };
    let max_entries = limits.stream_node_max_entries as u64;
    node.listpack().byte_len().saturating_add(bytes) < max_bytes
        && node.listpack().has_room_for(encoded)
        && (max_entries == 0 || node.total() < max_entries)
}
