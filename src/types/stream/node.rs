//! A node of a stream: about a hundred successive entries in one listpack, laid out as in
//! Redis (`t_stream.c`), whose files hold it just so.
//!
//! It begins with the master entry: the number of live entries, the number of deleted ones,
//! the number of master fields, their names, and 0. Each entry is then: flags, distance of its
//! ID from the node's master ID (milliseconds, sequence), the number of fields and each
//! field with its value, or, with [`SAME_FIELDS`], the values of the master fields alone; at last
//! the number of its elements before this one, which leads back to its beginning.
//!
//! A deleted entry keeps its place and is only marked, until its whole node goes. The IDs
//! of live entries ascend; those of deleted ones need not fit in, since XSETID can take a
//! stream back to before them.

use super::StreamId;
use super::entry::{Entry, Names};
use crate::types::listpack::{Listpack, Pos};

/// A node. Its master ID, from which the IDs of its entries count, is kept by its owner.
#[derive(Clone)]
pub(super) struct Node(Listpack);

/// Flag: the entry was deleted.
pub(super) const DELETED: i64 = 1;
/// Flag: the entry has just the master fields, and leaves out their names.
pub(super) const SAME_FIELDS: i64 = 2;

/// What the master entry says.
struct Master {
    live: u64,
    deleted: u64,
    fields: usize,
    first_name: Option<Pos>,
    first_entry: Option<Pos>,
}

/// An entry as it lies in the node.
struct Raw {
    /// Where its flags are, its first element.
    at: Pos,
    flags: i64,
    id: StreamId,
    fields: usize,
    /// Behind what heads the entry: its first field or value.
    content: Pos,
}

/// What becomes of an entry when a node is trimmed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fate {
    Remove,
    Keep,
    /// It is kept, and so are all behind it.
    Stop,
}

impl Node {
    /// A node without entries, whose master fields are these.
    pub(super) fn new<'f>(names: impl Iterator<Item = &'f [u8]> + Clone) -> Self {
        let mut listpack = Listpack::new();
        listpack.push_back_int(0);
        listpack.push_back_int(0);
        listpack.push_back_int(names.clone().count() as i64);
        names.for_each(|name| listpack.push_back(name));
        listpack.push_back_int(0);
        Node(listpack)
    }

    /// The node of a listpack that was validated.
    pub(super) fn from_valid(listpack: Listpack) -> Self {
        Node(listpack)
    }

    pub(super) fn listpack(&self) -> &Listpack {
        &self.0
    }

    /// Entries that are not deleted.
    pub(super) fn live(&self) -> u64 {
        self.count_at(0)
    }

    /// Entries, the deleted ones included.
    pub(super) fn total(&self) -> u64 {
        self.live().saturating_add(self.count_at(1))
    }

    /// Appends an entry, whose ID is greater than those of all live ones.
    pub(super) fn push<'f>(
        &mut self,
        master_id: StreamId,
        id: StreamId,
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
    ) {
        let Some(master) = self.master() else { return };
        let same = self.has_names(&master, fields.clone().map(|(name, _)| name));
        let (ms, seq) = id.distance_from(master_id);
        let mut elements: i64 = 3;
        self.0.push_back_int(if same { SAME_FIELDS } else { 0 });
        self.0.push_back_int(ms);
        self.0.push_back_int(seq);
        if !same {
            self.0.push_back_int(fields.clone().count() as i64);
            elements += 1;
        }
        for (name, value) in fields {
            if !same {
                self.0.push_back(name);
                elements += 1;
            }
            self.0.push_back(value);
            elements += 1;
        }
        self.0.push_back_int(elements);
        self.set_counts(master.live + 1, master.deleted);
    }

    /// Marks the entry with this ID as deleted. False when there is none.
    pub(super) fn delete(&mut self, master_id: StreamId, id: StreamId) -> bool {
        let removed = self.trim(master_id, |other| match other.cmp(&id) {
            std::cmp::Ordering::Less => Fate::Keep,
            std::cmp::Ordering::Equal => Fate::Remove,
            std::cmp::Ordering::Greater => Fate::Stop,
        });
        removed > 0
    }

    /// Marks live entries as deleted, from the first on, as `fate` says, and answers how many.
    pub(super) fn trim(
        &mut self,
        master_id: StreamId,
        mut fate: impl FnMut(StreamId) -> Fate,
    ) -> u64 {
        let Some(master) = self.master() else {
            return 0;
        };
        let mut removed = 0;
        let mut next = master.first_entry;
        while let Some(mut raw) = next.and_then(|at| self.read(master_id, &master, at)) {
            let fate = if raw.flags & DELETED == 0 { fate(raw.id) } else { Fate::Keep };
            if fate == Fate::Stop {
                break;
            }
            if fate == Fate::Remove {
                self.0.replace_int(raw.at, raw.flags | DELETED);
                removed += 1;
                // A file may have spent more bytes on the flags than they need: what follows
                // them may have moved.
                match self.read(master_id, &master, raw.at) {
                    Some(moved) => raw = moved,
                    None => break,
                }
            }
            next = self.behind(&raw);
        }
        if removed > 0 {
            self.set_counts(master.live.saturating_sub(removed), master.deleted + removed);
        }
        removed
    }

    /// The ID of the last live entry.
    pub(super) fn last_id(&self, master_id: StreamId) -> Option<StreamId> {
        let mut entries = self.entries(master_id, StreamId::MIN, StreamId::MAX);
        entries.next_back().map(|entry| entry.id)
    }

    /// The ID of the last entry, live or deleted.
    pub(super) fn last_added_id(&self, master_id: StreamId) -> Option<StreamId> {
        let master = self.master()?;
        let at = self.start_of(self.0.last()?)?;
        Some(self.read(master_id, &master, at)?.id)
    }

    /// The live entries with IDs in this range, both ends included.
    pub(super) fn entries(&self, master_id: StreamId, from: StreamId, to: StreamId) -> Entries<'_> {
        let master = self.master();
        Entries {
            node: self,
            master_id,
            from,
            to,
            front: master.as_ref().and_then(|master| master.first_entry),
            back: self.0.last(),
            remaining: master
                .as_ref()
                .map_or(0, |master| master.live.saturating_add(master.deleted)),
            master,
        }
    }

    fn master(&self) -> Option<Master> {
        let live = self.0.first()?;
        let deleted = self.0.next(live)?;
        let fields = self.0.next(deleted)?;
        let first_name = self.0.next(fields)?;
        let count = self.count(fields) as usize;
        let end = self.skip(first_name, count)?;
        Some(Master {
            live: self.count(live),
            deleted: self.count(deleted),
            fields: count,
            first_name: (count > 0).then_some(first_name),
            first_entry: self.0.next(end),
        })
    }

    /// The entry that begins at `at`.
    fn read(&self, master_id: StreamId, master: &Master, at: Pos) -> Option<Raw> {
        let flags = self.0.get(at).as_int()?;
        let ms = self.0.next(at)?;
        let seq = self.0.next(ms)?;
        let id = master_id.at_distance(self.0.get(ms).as_int()?, self.0.get(seq).as_int()?);
        let mut content = self.0.next(seq)?;
        let mut fields = master.fields;
        if flags & SAME_FIELDS == 0 {
            fields = self.count(content) as usize;
            content = self.0.next(content)?;
        }
        Some(Raw { at, flags, id, fields, content })
    }

    /// Where the next entry begins.
    fn behind(&self, raw: &Raw) -> Option<Pos> {
        let width = if raw.flags & SAME_FIELDS == 0 { 2 } else { 1 };
        let end = self.skip(raw.content, raw.fields.checked_mul(width)?)?;
        self.0.next(end)
    }

    /// Where the entry begins whose last element is at `end`.
    fn start_of(&self, end: Pos) -> Option<Pos> {
        let elements = self.0.get(end).as_int()?;
        (0..elements).try_fold(end, |at, _| self.0.prev(at))
    }

    fn has_names<'f>(&self, master: &Master, mut names: impl Iterator<Item = &'f [u8]>) -> bool {
        let mut at = master.first_name;
        for _ in 0..master.fields {
            let (Some(own), Some(name)) = (at, names.next()) else {
                return false;
            };
            if !self.0.get(own).eq_bytes(name) {
                return false;
            }
            at = self.0.next(own);
        }
        names.next().is_none()
    }

    fn set_counts(&mut self, live: u64, deleted: u64) {
        let Some(at) = self.0.first() else { return };
        self.0.replace_int(at, live as i64);
        if let Some(at) = self.0.next(at) {
            self.0.replace_int(at, deleted as i64);
        }
    }

    fn count_at(&self, index: i64) -> u64 {
        self.0.seek(index).map_or(0, |at| self.count(at))
    }

    /// A number that is not negative.
    fn count(&self, at: Pos) -> u64 {
        let count = self.0.get(at).as_int();
        count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
    }

    fn skip(&self, at: Pos, count: usize) -> Option<Pos> {
        (0..count).try_fold(at, |at, _| self.0.next(at))
    }
}

/// Live entries of a node, from either end.
pub(super) struct Entries<'a> {
    node: &'a Node,
    master_id: StreamId,
    from: StreamId,
    to: StreamId,
    /// The beginning of the next entry from the front.
    front: Option<Pos>,
    /// The last element of the next entry from the back.
    back: Option<Pos>,
    /// Entries between the two, the deleted ones included.
    remaining: u64,
    master: Option<Master>,
}

impl<'a> Entries<'a> {
    fn entry(&self, raw: &Raw) -> Entry<'a> {
        let names = match &self.master {
            Some(master) if raw.flags & SAME_FIELDS != 0 => Names::Master(master.first_name),
            _ => Names::Own,
        };
        Entry::new(raw.id, self.node.listpack(), names, raw.content, raw.fields)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        while self.remaining > 0 {
            let raw = self.node.read(self.master_id, self.master.as_ref()?, self.front?)?;
            self.front = self.node.behind(&raw);
            self.remaining -= 1;
            if raw.flags & DELETED != 0 || raw.id < self.from {
                continue;
            }
            if raw.id <= self.to {
                return Some(self.entry(&raw));
            }
            self.remaining = 0;
        }
        None
    }
}

impl DoubleEndedIterator for Entries<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        while self.remaining > 0 {
            let at = self.node.start_of(self.back?)?;
            let raw = self.node.read(self.master_id, self.master.as_ref()?, at)?;
            self.back = self.node.listpack().prev(at);
            self.remaining -= 1;
            if raw.flags & DELETED != 0 || raw.id > self.to {
                continue;
            }
            if raw.id >= self.from {
                return Some(self.entry(&raw));
            }
            self.remaining = 0;
        }
        None
    }
}
