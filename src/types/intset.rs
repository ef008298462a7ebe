//! Redis's intset: distinct integers in ascending order, all as wide as the widest needs. The
//! bytes are those Redis writes to RDB files (`intset.c`): the width in bytes (2, 4 or 8) and
//! the number of members, 4 bytes each, then the members; all little endian.
//!
//! When a set is an intset, and when it stops being one, is for the set to say.

use std::fmt;

use super::listpack::Corrupt;
use super::listpack::buffer::{Buffer, PREFIX_BYTES};

/// A set of integers in one allocation. One pointer wide.
#[derive(Clone)]
pub struct Intset(Buffer);

/// Width and number of members.
const HEADER_BYTES: usize = 8;
/// Where members begin in the buffer, behind its own prefix.
const MEMBERS_AT: usize = PREFIX_BYTES + HEADER_BYTES;

impl Intset {
    /// Members beyond which nothing should be added: all within 1 GiB, however wide they are.
    pub const MAX_LEN: usize = (1 << 30) / 8;

    /// A set without members.
    pub fn new() -> Self {
        Intset::with_members(Width::Two, 0, &[])
    }

    /// A copy of a serialized intset, once it is known to be one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        let Some((header, members)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
            return Err(Corrupt("intset shorter than its header"));
        };
        let [w0, w1, w2, w3, count @ ..] = *header;
        let width = Width::from_bytes(u32::from_le_bytes([w0, w1, w2, w3]))
            .ok_or(Corrupt("intset of no known width"))?;
        let count = u32::from_le_bytes(count) as usize;
        if count.checked_mul(width as usize) != Some(members.len()) {
            return Err(Corrupt("intset of another length than its header says"));
        }
        let members = Members { width, bytes: members };
        if !members.iter().is_sorted_by(|one, next| one < next) {
            return Err(Corrupt("intset out of order"));
        }
        Ok(Intset::with_members(width, count, members.bytes))
    }

    /// The set as Redis serializes it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.as_slice()[PREFIX_BYTES..]
    }

    /// How many bytes [`Intset::as_bytes`] has.
    pub fn byte_len(&self) -> usize {
        self.0.len() - PREFIX_BYTES
    }

    /// Bytes of heap this occupies.
    pub fn memory_usage(&self) -> usize {
        self.0.allocated_bytes()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members().len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `value` is a member.
    pub fn contains(&self, value: i64) -> bool {
        self.members().search(value).is_ok()
    }

    /// The member with that index, in ascending order.
    pub fn get(&self, index: usize) -> Option<i64> {
        self.members().get(index)
    }

    /// All members in ascending order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = i64> + ExactSizeIterator + '_ {
        self.members().iter()
    }

    /// Adds `value`; whether it was not a member.
    ///
    /// # Panics
    /// When the set would outgrow 4 GiB; no caller lets it come near, see [`Intset::MAX_LEN`].
    pub fn insert(&mut self, value: i64) -> bool {
        let members = self.members();
        let Err(index) = members.search(value) else {
            return false;
        };
        let (width, len) = (members.width, members.len());
        if Width::of(value) > width {
            *self = self.widened(Width::of(value));
        }
        let width = width.max(Width::of(value));
        let bytes = &value.to_le_bytes()[..width as usize];
        self.0.splice(MEMBERS_AT + index * width as usize, 0, &[bytes]);
        self.write_count(len + 1);
        true
    }

    /// Removes `value`; whether it was a member. The others stay as wide as they are.
    pub fn remove(&mut self, value: i64) -> bool {
        let members = self.members();
        let Ok(index) = members.search(value) else {
            return false;
        };
        let (width, len) = (members.width as usize, members.len());
        self.0.splice(MEMBERS_AT + index * width, width, &[]);
        self.write_count(len - 1);
        true
    }

    /// The same members, each in `width` bytes.
    fn widened(&self, width: Width) -> Intset {
        let mut members = Vec::with_capacity(self.len() * width as usize);
        for member in self.iter() {
            members.extend_from_slice(&member.to_le_bytes()[..width as usize]);
        }
        Intset::with_members(width, self.len(), &members)
    }

    fn with_members(width: Width, count: usize, members: &[u8]) -> Self {
        let width = (width as u32).to_le_bytes();
        // The buffer refuses what is too long for a count of 32 bits.
        let count = (count as u32).to_le_bytes();
        Intset(Buffer::concat(&[&width, &count, members]))
    }

    fn write_count(&mut self, count: usize) {
        let count = (count as u32).to_le_bytes();
        self.0.after_prefix_mut()[4..HEADER_BYTES].copy_from_slice(&count);
    }

    fn members(&self) -> Members<'_> {
        let bytes = self.as_bytes();
        // The width is below 256, and little endian.
        let width = match bytes[0] {
            2 => Width::Two,
            4 => Width::Four,
            _ => Width::Eight,
        };
        Members { width, bytes: &bytes[HEADER_BYTES..] }
    }
}

impl Default for Intset {
    fn default() -> Self {
        Intset::new()
    }
}

impl fmt::Debug for Intset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Bytes of one member.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    Two = 2,
    Four = 4,
    Eight = 8,
}

impl Width {
    /// The least that holds `value`.
    fn of(value: i64) -> Self {
        if i16::try_from(value).is_ok() {
            Width::Two
        } else if i32::try_from(value).is_ok() {
            Width::Four
        } else {
            Width::Eight
        }
    }

    fn from_bytes(bytes: u32) -> Option<Self> {
        [Width::Two, Width::Four, Width::Eight].into_iter().find(|width| *width as u32 == bytes)
    }
}

/// The members' bytes, and how to read them.
#[derive(Clone, Copy)]
struct Members<'a> {
    width: Width,
    bytes: &'a [u8],
}

impl<'a> Members<'a> {
    fn len(self) -> usize {
        self.bytes.len() / self.width as usize
    }

    fn get(self, index: usize) -> Option<i64> {
        match self.width {
            Width::Two => self.bytes.as_chunks().0.get(index).copied().map(from_two),
            Width::Four => self.bytes.as_chunks().0.get(index).copied().map(from_four),
            Width::Eight => self.bytes.as_chunks().0.get(index).copied().map(i64::from_le_bytes),
        }
    }

    /// The index of `value`, or where it would have to be.
    fn search(self, value: i64) -> Result<usize, usize> {
        fn search<const N: usize>(
            bytes: &[u8],
            value: i64,
            read: fn([u8; N]) -> i64,
        ) -> Result<usize, usize> {
            bytes.as_chunks().0.binary_search_by_key(&value, |member| read(*member))
        }
        match self.width {
            Width::Two => search(self.bytes, value, from_two),
            Width::Four => search(self.bytes, value, from_four),
            Width::Eight => search(self.bytes, value, i64::from_le_bytes),
        }
    }

    fn iter(self) -> impl DoubleEndedIterator<Item = i64> + ExactSizeIterator + 'a {
        (0..self.len()).map(move |index| self.get(index).expect("an index below the length"))
    }
}

fn from_two(bytes: [u8; 2]) -> i64 {
    i64::from(i16::from_le_bytes(bytes))
}

fn from_four(bytes: [u8; 4]) -> i64 {
    i64::from(i32::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn intset_of(values: impl IntoIterator<Item = i64>) -> Intset {
        let mut intset = Intset::new();
        values.into_iter().for_each(|value| {
            intset.insert(value);
        });
        intset
    }

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Option<Intset>>(), size_of::<usize>());
    }

    #[test]
    fn writes_what_redis_writes() {
        assert_eq!(Intset::new().as_bytes(), [2, 0, 0, 0, 0, 0, 0, 0]);
        // The payloads of DUMP after SADD s 3 1 -1, then SADD s 70000, then SADD s -5000000000.
        let mut intset = intset_of([3, 1, -1]);
        assert_eq!(intset.as_bytes(), b"\x02\0\0\0\x03\0\0\0\xff\xff\x01\0\x03\0");
        intset.insert(70_000);
        assert_eq!(
            intset.as_bytes(),
            b"\x04\0\0\0\x04\0\0\0\xff\xff\xff\xff\x01\0\0\0\x03\0\0\0\x70\x11\x01\0"
        );
        intset.insert(-5_000_000_000);
        assert_eq!(
            intset.as_bytes(),
            b"\x08\0\0\0\x05\0\0\0\x00\x0e\xfa\xd5\xfe\xff\xff\xff\
              \xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x70\x11\x01\0\0\0\0\0"
        );
    }

    #[test]
    fn says_what_is_wrong() {
        let refused = |bytes: &[u8]| Intset::from_bytes(bytes).unwrap_err().0;
        assert_eq!(refused(&[2, 0, 0, 0, 0, 0, 0]), "intset shorter than its header");
        assert_eq!(refused(&[3, 0, 0, 0, 0, 0, 0, 0]), "intset of no known width");
        assert_eq!(refused(&[2, 1, 0, 0, 0, 0, 0, 0]), "intset of no known width");
        let length = "intset of another length than its header says";
        assert_eq!(refused(&[2, 0, 0, 0, 2, 0, 0, 0, 1, 0]), length);
        assert_eq!(refused(&[8, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]), length);
        assert_eq!(refused(&[2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]), length);
        assert_eq!(refused(&[2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0]), "intset out of order");
        assert_eq!(refused(&[2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0xff, 0xff]), "intset out of order");
    }

    /// Integers of every width, few enough that they meet.
    fn value() -> impl Strategy<Value = i64> {
        prop_oneof![
            5 => -20..20i64,
            2 => 32_760..32_776i64,
            1 => -0x8000_0008..-0x7fff_fff8i64,
            1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)],
        ]
    }

    proptest! {
        #[test]
        fn behaves_like_an_ordered_set(edits in prop::collection::vec((any::<bool>(), value()), 0..100)) {
            let (mut intset, mut model) = (Intset::new(), BTreeSet::new());
            for (insert, value) in edits {
                if insert {
                    prop_assert_eq!(intset.insert(value), model.insert(value));
                } else {
                    prop_assert_eq!(intset.remove(value), model.remove(&value));
                }
                prop_assert!(intset.iter().eq(model.iter().copied()));
                prop_assert_eq!((intset.len(), intset.is_empty()), (model.len(), model.is_empty()));
                prop_assert_eq!(intset.contains(value), insert);
                prop_assert_eq!(intset.byte_len(), intset.as_bytes().len());
            }
            let copy = Intset::from_bytes(intset.as_bytes()).unwrap();
            prop_assert_eq!(copy.as_bytes(), intset.as_bytes());
            prop_assert!((0..=copy.len()).map_while(|index| copy.get(index)).eq(model));
        }

        #[test]
        fn hostile_bytes_are_refused_or_harmless(
            values in prop::collection::vec(value(), 0..8),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let mut bytes = intset_of(values).as_bytes().to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Ok(mut intset) = Intset::from_bytes(&bytes) {
                let members: BTreeSet<i64> = intset.iter().collect();
                prop_assert_eq!(members.len(), intset.len());
                for member in members {
                    prop_assert!(intset.remove(member) && intset.insert(member));
                }
                intset.insert(i64::MIN);
                prop_assert_eq!(intset.get(0), Some(i64::MIN));
            }
        }
    }
}
