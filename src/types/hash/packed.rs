//! Small hashes: all fields in one listpack, which is also how a file holds them.

use super::Field;
use crate::types::listpack::{Listpack, Pos};

/// Fields in a listpack: name and value after one another or, once a field has been given
/// a deadline, name, value and deadline.
///
/// With deadlines the fields are ordered by them, and those that never expire, whose deadline is
/// 0, come last: the order that Redis keeps, and its files have.
#[derive(Clone, Default)]
pub struct Packed {
    listpack: Listpack,
    expiring: bool,
}

/// The deadline that stands for none.
const NEVER: i64 = 0;
/// What an integer takes at most in a listpack: itself, one byte before it and one behind.
const MAX_INT_BYTES: usize = size_of::<i64>() + 2;

impl Packed {
    /// Fields of a listpack whose length is a multiple of its width. One from a file may need to be
    /// [`sorted`](Self::sorted).
    pub fn new(listpack: Listpack, expiring: bool) -> Self {
        Packed { listpack, expiring }
    }

    /// The same fields in the order of their deadlines. None when a deadline is not an integer,
    /// or is negative.
    pub fn sorted(self) -> Option<Self> {
        let deadlines = self.listpack.iter().skip(2).step_by(3).map(|deadline| deadline.as_int());
        let deadlines: Vec<i64> = deadlines.collect::<Option<_>>()?;
        if deadlines.iter().any(|&deadline| deadline < NEVER) {
            return None;
        }
        // A field that never expires comes last: 0 wraps around to the greatest number.
        if deadlines.is_sorted_by_key(|deadline| deadline.wrapping_sub(1) as u64) {
            return Some(self);
        }
        let mut fields: Vec<Field<'_>> = self.iter().collect();
        fields.sort_by_key(|&(_, _, expires_at_ms)| expires_at_ms.unwrap_or(i64::MAX));
        let mut sorted = Packed { listpack: Listpack::new(), expiring: true };
        for (name, value, expires_at_ms) in fields {
            sorted.append(&name.to_bytes(), &value.to_bytes(), expires_at_ms);
        }
        Some(sorted)
    }

    /// The listpack.
    pub fn listpack(&self) -> &Listpack {
        &self.listpack
    }

    /// Whether deadlines are part of the listpack.
    pub fn is_expiring(&self) -> bool {
        self.expiring
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.listpack.len() / self.width()
    }

    /// Whether the listpack may take another field, or another value of an existing one.
    pub fn has_room_for(&self, name: &[u8], value: &[u8]) -> bool {
        let field_bytes = Listpack::entry_size(name).saturating_add(Listpack::entry_size(value));
        self.listpack.has_room_for(field_bytes.saturating_add(MAX_INT_BYTES))
    }

    /// Whether every field may be given a deadline.
    pub fn has_room_for_expiry(&self) -> bool {
        self.listpack.has_room_for(self.len().saturating_mul(MAX_INT_BYTES))
    }

    /// Elements a field.
    pub fn width(&self) -> usize {
        if self.expiring { 3 } else { 2 }
    }

    /// The field with this name.
    pub fn get(&self, name: &[u8]) -> Option<Field<'_>> {
        self.field(self.find(name)?)
    }

    /// The field with this index.
    pub fn nth(&self, index: usize) -> Option<Field<'_>> {
        self.field(self.listpack.seek((index * self.width()) as i64)?)
    }

    /// All fields.
    pub fn iter(&self) -> Iter<'_> {
        Iter { packed: self, pos: self.listpack.first() }
    }

    /// The earliest deadline.
    pub fn next_expiry(&self) -> Option<i64> {
        if self.expiring { self.nth(0)?.2 } else { None }
    }

    /// The latest deadline, if every field has one: the last field is the last to expire.
    pub fn last_expiry(&self) -> Option<i64> {
        let deadline = self.expiring.then(|| self.listpack.last())??;
        self.listpack.get(deadline).as_int().filter(|&deadline| deadline != NEVER)
    }

    /// Adds a field, or changes its value. An existing one loses its deadline unless `keep_expiry`.
    /// False when it existed.
    pub fn insert(&mut self, name: &[u8], value: &[u8], keep_expiry: bool) -> bool {
        let Some(pos) = self.find(name) else {
            self.append(name, value, None);
            return true;
        };
        let expires = self.field(pos).is_some_and(|(_, _, expires_at_ms)| expires_at_ms.is_some());
        if expires && !keep_expiry {
            self.listpack.remove(pos, self.width());
            self.append(name, value, None);
        } else if let Some(pos) = self.listpack.next(pos) {
            self.listpack.replace(pos, value);
        }
        false
    }

    /// Removes a field. False when there was none.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let Some(pos) = self.find(name) else {
            return false;
        };
        self.listpack.remove(pos, self.width());
        true
    }

    /// Removes the first field.
    pub fn remove_first(&mut self) {
        if let Some(first) = self.listpack.first() {
            self.listpack.remove(first, self.width());
        }
    }

    /// Changes when a field expires. False when there is none.
    pub fn set_expiry(&mut self, name: &[u8], expires_at_ms: Option<i64>) -> bool {
        let Some((_, value, old)) = self.get(name) else {
            return false;
        };
        if old == expires_at_ms {
            return true;
        }
        let value = value.to_bytes().into_owned();
        self.add_deadlines();
        self.remove(name);
        self.add(name, &value, expires_at_ms);
        true
    }

    /// Puts a field that is not there yet where its deadline belongs.
    fn add(&mut self, name: &[u8], value: &[u8], expires_at_ms: Option<i64>) {
        let Some(deadline) = expires_at_ms else {
            return self.append(name, value, None);
        };
        let Some(pos) = self.first_after(deadline) else {
            return self.append(name, value, expires_at_ms);
        };
        // What is inserted before a position takes that position: the last part goes first.
        self.listpack.insert_before(pos, itoa::Buffer::new().format(deadline).as_bytes());
        self.listpack.insert_before(pos, value);
        self.listpack.insert_before(pos, name);
    }

    /// Puts a field behind all others.
    fn append(&mut self, name: &[u8], value: &[u8], expires_at_ms: Option<i64>) {
        self.listpack.push_back(name);
        self.listpack.push_back(value);
        if self.expiring {
            self.listpack.push_back_int(expires_at_ms.unwrap_or(NEVER));
        }
    }

    /// Makes room for deadlines.
    fn add_deadlines(&mut self) {
        if self.expiring {
            return;
        }
        let mut wider = Packed { listpack: Listpack::new(), expiring: true };
        for (name, value, _) in self.iter() {
            wider.append(&name.to_bytes(), &value.to_bytes(), None);
        }
        *self = wider;
    }

    /// The first field that expires after `deadline`, or never.
    fn first_after(&self, deadline: i64) -> Option<Pos> {
        let mut pos = self.listpack.first();
        while let Some(start) = pos {
            let (_, _, expires_at_ms) = self.field(start)?;
            if expires_at_ms.is_none_or(|other| other > deadline) {
                return Some(start);
            }
            pos = self.after(start);
        }
        None
    }

    fn find(&self, name: &[u8]) -> Option<Pos> {
        self.listpack.find(self.listpack.first(), name, self.width() - 1)
    }

    /// The field whose name is at `pos`.
    fn field(&self, pos: Pos) -> Option<Field<'_>> {
        let value = self.listpack.next(pos)?;
        let expires_at_ms = if self.expiring {
            let deadline = self.listpack.get(self.listpack.next(value)?);
            deadline.as_int().filter(|&deadline| deadline != NEVER)
        } else {
            None
        };
        Some((self.listpack.get(pos), self.listpack.get(value), expires_at_ms))
    }

    /// Where the field after the one at `pos` begins.
    fn after(&self, pos: Pos) -> Option<Pos> {
        (0..self.width()).try_fold(pos, |pos, _| self.listpack.next(pos))
    }
}

/// The fields of a [`Packed`].
pub struct Iter<'a> {
    packed: &'a Packed,
    pos: Option<Pos>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let pos = self.pos?;
        self.pos = self.packed.after(pos);
        self.packed.field(pos)
    }
}
