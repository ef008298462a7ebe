//! The hash table of a large hash, with the order in which its fields expire.

use std::collections::BTreeSet;

use super::entry::Entry;
use crate::types::table::{Table, hash};

/// Fields by name, and those that expire by deadline.
#[derive(Clone, Default)]
pub struct Fields {
    table: Table<Entry>,
    /// (deadline, hash of the name) of every field that expires: 16 bytes, and no second copy of
    /// the name. Fields that agree in both share one.
    deadlines: BTreeSet<(i64, u64)>,
}

impl Fields {
    /// The fields by name; to be changed only through `Fields`.
    pub fn table(&self) -> &Table<Entry> {
        &self.table
    }

    /// Adds a field, or changes its value. An existing one loses its deadline unless
    /// `keep_expiry`. False when it existed.
    pub fn insert(&mut self, name: &[u8], value: &[u8], keep_expiry: bool) -> bool {
        let Some(entry) = self.table.get_or_insert(name, || Entry::new(name, value, None)) else {
            return true;
        };
        entry.set_value(value);
        if !keep_expiry && let Some(deadline) = entry.expires_at_ms() {
            entry.set_expiry(None);
            self.forget_deadline(deadline, hash(name));
        }
        false
    }

    /// Removes a field. False when there was none.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let Some(entry) = self.table.remove(name) else {
            return false;
        };
        if let Some(deadline) = entry.expires_at_ms() {
            self.forget_deadline(deadline, hash(name));
        }
        true
    }

    /// Changes when a field expires. False when there is none.
    pub fn set_expiry(&mut self, name: &[u8], expires_at_ms: Option<i64>) -> bool {
        let Some(entry) = self.table.get_mut(name) else {
            return false;
        };
        let old = entry.expires_at_ms();
        entry.set_expiry(expires_at_ms);
        let hash = hash(name);
        if let Some(deadline) = old {
            self.forget_deadline(deadline, hash);
        }
        if let Some(deadline) = expires_at_ms {
            self.deadlines.insert((deadline, hash));
        }
        true
    }

    /// The earliest deadline.
    pub fn next_expiry(&self) -> Option<i64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// The latest deadline, if every field has one. (Two fields that share an entry among the
    /// deadlines would hide that; they would have to agree in all 64 bits of their hashes.)
    pub fn last_expiry(&self) -> Option<i64> {
        let every = self.deadlines.len() == self.table.len();
        self.deadlines.last().filter(|_| every).map(|&(deadline, _)| deadline)
    }

    /// How many fields have expired. Takes time in proportion to them.
    pub fn expired(&self, now_ms: i64) -> usize {
        self.deadlines.range(..=(now_ms, u64::MAX)).count()
    }

    /// Removes the field that expired first and returns it; none when none has expired.
    pub fn pop_expired(&mut self, now_ms: i64) -> Option<Entry> {
        let &(deadline, hash) =
            self.deadlines.first().filter(|&&(deadline, _)| deadline <= now_ms)?;
        let entry = self.table.remove_where(hash, |entry| is_of(entry, deadline, hash));
        self.forget_deadline(deadline, hash);
        entry
    }

    /// Bytes of heap this takes, estimated from `samples` fields; 0 asks for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        // Deadlines that come in order leave a B-tree's nodes half full.
        let deadlines = self.deadlines.len() * size_of::<(i64, u64)>() * 2;
        size_of_val(&self.deadlines)
            + deadlines
            + self.table.memory_usage(samples, Entry::heap_size)
    }

    /// To be called when a field has lost its deadline, after the field has changed.
    fn forget_deadline(&mut self, deadline: i64, hash: u64) {
        // The hash may be another field's too, if hardly ever.
        let shared = self.table.find(hash, |entry| is_of(entry, deadline, hash));
        if shared.is_none() {
            self.deadlines.remove(&(deadline, hash));
        }
    }
}

/// Whether this is a field that such a pair among the deadlines stands for. Comparing the whole
/// hash matters: many fields may have one deadline, and the table looks at eight bits of it.
fn is_of(entry: &Entry, deadline: i64, name_hash: u64) -> bool {
    entry.expires_at_ms() == Some(deadline) && hash(entry.name()) == name_hash
}
