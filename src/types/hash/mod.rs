//! Hashes: values by field name, each of which may expire on its own. Small ones are packed
//! into a listpack, large ones are a hash table; a hash only ever moves on to the larger.
//!
//! A hash has no clock, so an expired field stays until [`Hash::remove_expired`] takes it. Who
//! **reads** goes through [`Hash::at`], which shows the hash as it is at a moment, without what
//! has expired by then. Who **writes** calls [`Hash::remove_expired`] first, and then has no
//! expired field to think of. What [`Hash`] itself shows is what it stores, for files and
//! digests.

mod entry;
mod fields;
mod live;
mod packed;
#[cfg(test)]
mod tests;

use self::entry::Entry;
use self::fields::Fields;
use self::packed::Packed;
use super::duplicates::has_duplicates;
use super::limits::Limits;
use super::listpack::{Corrupt, Element, Listpack};
use super::table;

pub use self::live::Live;

/// A hash. The empty one is a listpack.
#[derive(Clone)]
pub struct Hash(Encoding);

#[derive(Clone)]
enum Encoding {
    Packed(Packed),
    Table(Box<Fields>),
}

/// A field: its name, its value, and when it expires, as a Unix time in milliseconds.
pub type Field<'a> = (Element<'a>, Element<'a>, Option<i64>);

/// The earliest deadline that can be stored; in a listpack 0 stands for none.
const EARLIEST_MS: i64 = 1;

impl Default for Hash {
    fn default() -> Self {
        Hash(Encoding::Packed(Packed::default()))
    }
}

impl Hash {
    /// The hash of a listpack that was read from a file: names and values in turn. Refuses
    /// an odd number of elements, and a name that is there twice.
    pub fn from_listpack(listpack: Listpack, limits: &Limits) -> Result<Self, Corrupt> {
        if !listpack.len().is_multiple_of(2) {
            return Err(Corrupt("a hash with a field but no value"));
        }
        Self::from_packed(Packed::new(listpack, false), limits)
    }

    /// The hash of a listpack that was read from a file: names, values and deadlines in turn, 0
    /// where a field does not expire. Refuses another number of elements, another deadline, and
    /// a name that is there twice.
    pub fn from_listpack_ex(listpack: Listpack, limits: &Limits) -> Result<Self, Corrupt> {
        if !listpack.len().is_multiple_of(3) {
            return Err(Corrupt("a hash with a field but no value or no deadline"));
        }
        let packed = Packed::new(listpack, true)
            .sorted()
            .ok_or(Corrupt("a hash with a deadline that is no time"))?;
        Self::from_packed(packed, limits)
    }

    fn from_packed(packed: Packed, limits: &Limits) -> Result<Self, Corrupt> {
        if has_duplicates(packed.listpack(), packed.width()) {
            return Err(Corrupt("a hash with a field twice"));
        }
        let mut hash = Hash(Encoding::Packed(packed));
        if hash.len() > limits.hash_max_listpack_entries {
            hash.convert_to_table();
        }
        Ok(hash)
    }

    /// How many fields it stores, expired ones included.
    pub fn len(&self) -> usize {
        match &self.0 {
            Encoding::Packed(packed) => packed.len(),
            Encoding::Table(fields) => fields.table().len(),
        }
    }

    /// Whether it stores no field.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `listpack`, `listpackex` (which has room for deadlines) or `hashtable`.
    pub fn encoding(&self) -> &'static str {
        match &self.0 {
            Encoding::Packed(packed) if packed.is_expiring() => "listpackex",
            Encoding::Packed(_) => "listpack",
            Encoding::Table(_) => "hashtable",
        }
    }

    /// Bytes of heap it takes, estimated from `samples` fields; 0 asks for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        match &self.0 {
            Encoding::Packed(packed) => packed.listpack().memory_usage(),
            Encoding::Table(fields) => fields.memory_usage(samples),
        }
    }

    /// The listpack itself, where the encoding is `listpack`: names and values.
    pub fn as_listpack(&self) -> Option<&Listpack> {
        match &self.0 {
            Encoding::Packed(packed) if !packed.is_expiring() => Some(packed.listpack()),
            _ => None,
        }
    }

    /// The listpack itself, where the encoding is `listpackex`: names, values and deadlines (0
    /// for none), by ascending deadline, the fields without one last.
    pub fn as_listpack_ex(&self) -> Option<&Listpack> {
        match &self.0 {
            Encoding::Packed(packed) if packed.is_expiring() => Some(packed.listpack()),
            _ => None,
        }
    }

    /// The hash as it is at a moment: the fields that have not expired by then.
    pub fn at(&self, now_ms: i64) -> Live<'_> {
        Live::new(self, now_ms)
    }

    /// All fields it stores, expired ones included.
    pub fn iter(&self) -> Iter<'_> {
        Iter(match &self.0 {
            Encoding::Packed(packed) => IterEncoding::Packed(packed.iter()),
            Encoding::Table(fields) => IterEncoding::Table(fields.table().iter()),
        })
    }

    /// Adds a field that never expires, or gives an existing one this value and lets it
    /// never expire, as HSET does. False when it existed.
    pub fn insert(&mut self, name: &[u8], value: &[u8], limits: &Limits) -> bool {
        self.put(name, value, false, limits)
    }

    /// Adds a field that never expires, or gives an existing one this value and keeps its
    /// deadline, as HINCRBY does. False when it existed.
    pub fn update(&mut self, name: &[u8], value: &[u8], limits: &Limits) -> bool {
        self.put(name, value, true, limits)
    }

    /// Prepares for `count` insertions: where that many different fields would outgrow the
    /// encoding, moves on at once, as Redis does.
    pub fn expect(&mut self, count: usize, limits: &Limits) {
        if count > limits.hash_max_listpack_entries {
            self.convert_to_table();
        }
    }

    /// Removes a field. False when there was none.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        match &mut self.0 {
            Encoding::Packed(packed) => packed.remove(name),
            Encoding::Table(fields) => fields.remove(name),
        }
    }

    /// Changes when a field expires: at a Unix time in milliseconds, of which 1 is the earliest,
    /// or never. False when there is no such field.
    pub fn set_expiry(&mut self, name: &[u8], expires_at_ms: Option<i64>) -> bool {
        let expires_at_ms = expires_at_ms.map(|deadline| deadline.max(EARLIEST_MS));
        if let Encoding::Packed(packed) = &self.0
            && !packed.has_room_for_expiry()
        {
            self.convert_to_table();
        }
        match &mut self.0 {
            Encoding::Packed(packed) => packed.set_expiry(name, expires_at_ms),
            Encoding::Table(fields) => fields.set_expiry(name, expires_at_ms),
        }
    }

    /// The earliest deadline of a field, as a Unix time in milliseconds. Takes no walk.
    pub fn next_expiry(&self) -> Option<i64> {
        match &self.0 {
            Encoding::Packed(packed) => packed.next_expiry(),
            Encoding::Table(fields) => fields.next_expiry(),
        }
    }

    /// Whether all of its fields have expired, so that nobody can see it any more. Takes no walk.
    /// One without fields has not expired.
    pub fn has_expired(&self, now_ms: i64) -> bool {
        let last = match &self.0 {
            Encoding::Packed(packed) => packed.last_expiry(),
            Encoding::Table(fields) => fields.last_expiry(),
        };
        last.is_some_and(|deadline| deadline <= now_ms)
    }

    /// Removes up to `max` fields whose deadline has come, the earliest first, names each to
    /// `removed`, and returns how many there were.
    pub fn remove_expired(
        &mut self,
        now_ms: i64,
        max: usize,
        removed: &mut dyn FnMut(Element<'_>),
    ) -> usize {
        let mut count = 0;
        while count < max {
            match &mut self.0 {
                Encoding::Packed(packed) => {
                    let Some((name, ..)) = packed.nth(0).filter(|field| is_expired(field, now_ms))
                    else {
                        break;
                    };
                    removed(name);
                    packed.remove_first();
                }
                Encoding::Table(fields) => {
                    let Some(entry) = fields.pop_expired(now_ms) else { break };
                    removed(Element::Bytes(entry.name()));
                }
            }
            count += 1;
        }
        count
    }

    fn put(&mut self, name: &[u8], value: &[u8], keep_expiry: bool, limits: &Limits) -> bool {
        let max_value = limits.hash_max_listpack_value;
        if let Encoding::Packed(packed) = &self.0
            && (name.len() > max_value
                || value.len() > max_value
                || !packed.has_room_for(name, value))
        {
            self.convert_to_table();
        }
        let packed = match &mut self.0 {
            Encoding::Packed(packed) => packed,
            Encoding::Table(fields) => return fields.insert(name, value, keep_expiry),
        };
        let added = packed.insert(name, value, keep_expiry);
        if packed.len() > limits.hash_max_listpack_entries {
            self.convert_to_table();
        }
        added
    }

    fn convert_to_table(&mut self) {
        let Encoding::Packed(packed) = &self.0 else { return };
        let mut fields = Box::<Fields>::default();
        for (name, value, expires_at_ms) in packed.iter() {
            let name = name.to_bytes();
            fields.insert(&name, &value.to_bytes(), false);
            if expires_at_ms.is_some() {
                fields.set_expiry(&name, expires_at_ms);
            }
        }
        self.0 = Encoding::Table(fields);
    }
}

/// Whether the field's deadline has come.
fn is_expired(&(_, _, expires_at_ms): &Field<'_>, now_ms: i64) -> bool {
    expires_at_ms.is_some_and(|deadline| deadline <= now_ms)
}

fn as_field(entry: &Entry) -> Field<'_> {
    (Element::Bytes(entry.name()), Element::Bytes(entry.value()), entry.expires_at_ms())
}

/// The fields of a [`Hash`], in no order.
pub struct Iter<'a>(IterEncoding<'a>);

enum IterEncoding<'a> {
    Packed(packed::Iter<'a>),
    Table(table::Iter<'a, Entry>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        match &mut self.0 {
            IterEncoding::Packed(fields) => fields.next(),
            IterEncoding::Table(entries) => entries.next().map(as_field),
        }
    }
}
