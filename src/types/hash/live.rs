//! A hash at a moment: what a command that only reads may see.

use super::{Encoding, Field, Hash, as_field, is_expired};
use crate::types::listpack::Element;
use crate::types::table::below;
use std::collections::HashSet;

/// The fields of a hash that have not expired at a given time.
#[derive(Clone, Copy)]
pub struct Live<'a> {
    hash: &'a Hash,
    now_ms: i64,
}

/// After so many draws of expired fields in a row, [`Live::random`] counts the others instead.
const MAX_DRAWS: usize = 64;
/// A sample of less than one in so many is drawn, a larger one collected in a walk.
const FEW: usize = 3;

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

    /// Emits `count` different fields, every choice of them with the same probability; all there
    /// are, if there are no more. In no order. Takes time in proportion to what it emits, and to
    /// the expired fields; a packed hash is walked.
    pub fn sample(
        &self,
        count: usize,
        rng: &mut impl FnMut() -> u64,
        emit: &mut dyn FnMut(Field<'a>),
    ) {
        let len = self.len();
        if let Encoding::Table(fields) = &self.hash.0
            && count < fields.table().len() / FEW
            && count < len / FEW
        {
            return self.draw(count, rng, emit);
        }
        // Each field is taken with the probability by which the rest of them can still complete
        // the sample (Knuth, The Art of Computer Programming, 3.4.2, algorithm S).
        let mut missing = count.min(len);
        for (field, left) in self.iter().zip((1..=len).rev()) {
            if below(rng(), left) < missing {
                emit(field);
                missing -= 1;
            }
        }
    }

    /// Draws until there are `count` different fields, which are few of all.
    fn draw(&self, count: usize, rng: &mut impl FnMut() -> u64, emit: &mut dyn FnMut(Field<'a>)) {
        let mut drawn = HashSet::with_hasher(ahash::RandomState::new());
        while drawn.len() < count {
            let Some(field) = self.random(rng) else { return };
            if drawn.insert(field.0.to_bytes()) {
                emit(field);
            }
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
