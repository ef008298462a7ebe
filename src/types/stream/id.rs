//! The ID of a stream's entry.

use std::fmt;

/// When an entry was added, in Unix milliseconds, and its number within that millisecond.
/// IDs are ordered as their entries are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Unix time in milliseconds, or what the client chose.
    pub ms: u64,
    /// The number within the millisecond.
    pub seq: u64,
}

impl StreamId {
    /// `0-0`: before all entries; no entry has it.
    pub const MIN: StreamId = StreamId::new(0, 0);
    /// The last ID there is.
    pub const MAX: StreamId = StreamId::new(u64::MAX, u64::MAX);

    /// `ms-seq`.
    pub const fn new(ms: u64, seq: u64) -> Self {
        StreamId { ms, seq }
    }

    /// The ID directly after this one.
    pub fn next(self) -> Option<Self> {
        match self.seq.checked_add(1) {
            Some(seq) => Some(StreamId { seq, ..self }),
            None => Some(StreamId::new(self.ms.checked_add(1)?, 0)),
        }
    }

    /// The ID directly before this one.
    pub fn prev(self) -> Option<Self> {
        match self.seq.checked_sub(1) {
            Some(seq) => Some(StreamId { seq, ..self }),
            None => Some(StreamId::new(self.ms.checked_sub(1)?, u64::MAX)),
        }
    }

    /// As files hold it: both parts big endian, so that bytes compare as IDs do.
    pub fn to_be_bytes(self) -> [u8; 16] {
        (u128::from(self.ms) << 64 | u128::from(self.seq)).to_be_bytes()
    }

    /// The inverse of [`StreamId::to_be_bytes`].
    pub fn from_be_bytes(bytes: [u8; 16]) -> Self {
        let both = u128::from_be_bytes(bytes);
        StreamId::new((both >> 64) as u64, both as u64)
    }

    /// Both parts as distances from another ID, as nodes store them. Distances wrap, so
    /// that any two IDs have one.
    pub(super) fn distance_from(self, master: StreamId) -> (i64, i64) {
        let ms = self.ms.wrapping_sub(master.ms);
        (ms.cast_signed(), self.seq.wrapping_sub(master.seq).cast_signed())
    }

    /// The inverse of [`StreamId::distance_from`].
    pub(super) fn at_distance(self, ms: i64, seq: i64) -> Self {
        StreamId::new(self.ms.wrapping_add_signed(ms), self.seq.wrapping_add_signed(seq))
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours() {
        let last_of_ms = StreamId::new(5, u64::MAX);
        assert_eq!(last_of_ms.next(), Some(StreamId::new(6, 0)));
        assert_eq!(StreamId::new(6, 0).prev(), Some(last_of_ms));
        assert_eq!((StreamId::MAX.next(), StreamId::MIN.prev()), (None, None));
    }

    #[test]
    fn bytes_and_distances_come_back() {
        let ids = [StreamId::MIN, StreamId::new(1, 2), StreamId::new(u64::MAX, 0), StreamId::MAX];
        for id in ids {
            assert_eq!(StreamId::from_be_bytes(id.to_be_bytes()), id);
            for master in ids {
                let (ms, seq) = id.distance_from(master);
                assert_eq!(master.at_distance(ms, seq), id);
            }
        }
    }
}
