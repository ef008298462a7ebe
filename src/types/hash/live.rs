//! A hash at a moment: what a command that only reads may see.

use super::{Encoding, Field, Hash, as_field, is_expired};
use crate::types::listpack::Element;
use crate::types::table::below;

/// The fields of a hash that have not expired at a given time.
#[derive(Clone, Copy)]
pub struct Live<'a> {
    hash: &'a Hash,
    now_ms: i64,
}

/// After so many draws of expired fields in a row, [`Live::random`] counts the others instead.
const MAX_DRAWS: usize = 64;

impl<'a> Live<'a> {
    pub(super) fn new(hash: &'a Hash, now_ms: i64) -> Self {
        Live { hash, now_ms }
    }

    /// How many fields there are. Takes time in proportion to the expired ones.
    pub fn len(&self) -> usize {
        let expired = match &self.hash.0 {
            Encoding::Packed(packed) => {
                packed.iter().take_while(|field| is_expired(field, self.now_ms)).count()
            }
            Encoding::Table(fields) => fields.expired(self.now_ms),
        };
        self.hash.len().saturating_sub(expired)
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a field.
    pub fn get(&self, name: &[u8]) -> Option<Element<'a>> {
        self.field(name).map(|(_, value, _)| value)
    }

    /// Whether there is a field with this name.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.field(name).is_some()
    }

    /// The field with this name.
    pub fn field(&self, name: &[u8]) -> Option<Field<'a>> {
        let field = match &self.hash.0 {
            Encoding::Packed(packed) => packed.get(name),
            Encoding::Table(fields) => fields.table().get(name).map(as_field),
        };
        field.filter(|field| !is_expired(field, self.now_ms))
    }

    /// All fields, in no order.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let now_ms = self.now_ms;
        self.hash.iter().filter(move |field| !is_expired(field, now_ms))
    }

    /// A field, each with the same probability; `rng` yields every `u64` with the same.
    pub fn random(&self, rng: &mut impl FnMut() -> u64) -> Option<Field<'a>> {
        if self.hash.is_empty() {
            return None;
        }
        for _ in 0..MAX_DRAWS {
            let field = match &self.hash.0 {
                Encoding::Packed(packed) => packed.nth(below(rng(), packed.len())),
                Encoding::Table(fields) => fields.table().random(rng).map(as_field),
            }?;
            if !is_expired(&field, self.now_ms) {
                return Some(field);
            }
        }
        match self.len() {
            0 => None,
            len => self.iter().nth(below(rng(), len)),
        }
    }

    /// Emits about `count` fields from `cursor` on and returns the next cursor, as
    /// [`Table::scan`](crate::types::table::Table::scan) does; a packed hash emits all its
    /// fields at once.
    pub fn scan(&self, cursor: u64, count: usize, emit: &mut dyn FnMut(Field<'_>)) -> u64 {
        let Encoding::Table(fields) = &self.hash.0 else {
            self.iter().for_each(emit);
            return 0;
        };
        fields.table().scan(cursor, count, |entry| {
            let field = as_field(entry);
            if !is_expired(&field, self.now_ms) {
                emit(field);
            }
        })
    }
}
