//! Where the first bit of a kind is.

use std::ops::Range;

/// Bytes that are compared at once.
const STRIDE: usize = 64;

/// The offset of the first bit equal to `bit` among those at the offsets `range`, which must
/// lie in `bytes`.
pub fn find_in(bytes: &[u8], range: Range<usize>, bit: bool) -> Option<usize> {
    if range.is_empty() {
        return None;
    }
    // Bytes without such a bit look all the same.
    let dull = if bit { 0x00 } else { 0xff };
    let offset_in = |byte: u8| (byte ^ dull).leading_zeros() as usize;
    let (first, end) = (range.start / 8, range.end.div_ceil(8));
    let head = (bytes[first] ^ dull) & (0xff >> (range.start % 8)) ^ dull;
    let found = if head != dull {
        Some(first * 8 + offset_in(head))
    } else {
        let rest = &bytes[first + 1..end];
        first_unlike(rest, dull).map(|at| (first + 1 + at) * 8 + offset_in(rest[at]))
    };
    found.filter(|offset| *offset < range.end)
}

/// The index of the first byte that is not `dull`.
fn first_unlike(bytes: &[u8], dull: u8) -> Option<usize> {
    let (strides, rest) = bytes.as_chunks::<STRIDE>();
    let dull_word = u64::from_ne_bytes([dull; 8]);
    let is_dull = |stride: &[u8; STRIDE]| {
        let (words, _) = stride.as_chunks::<8>();
        words.iter().fold(0, |unlike, word| unlike | u64::from_ne_bytes(*word) ^ dull_word) == 0
    };
    let (from, bytes) = match strides.iter().position(|stride| !is_dull(stride)) {
        Some(index) => (index * STRIDE, &strides[index][..]),
        None => (bytes.len() - rest.len(), rest),
    };
    bytes.iter().position(|byte| *byte != dull).map(|index| from + index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::bits;
    use proptest::prelude::*;

    fn naive(bytes: &[u8], mut range: Range<usize>, bit: bool) -> Option<usize> {
        range.find(|offset| bits::get(bytes, *offset) == bit)
    }

    proptest! {
        #[test]
        fn as_one_by_one(
            len in 1..4 * STRIDE,
            flipped in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
            ends in any::<(prop::sample::Index, prop::sample::Index)>(),
            bit in any::<bool>(),
        ) {
            let mut bytes = vec![if bit { 0 } else { 0xff }; len];
            for index in flipped {
                bits::set(&mut bytes, index.index(len * 8), bit);
            }
            let (start, end) = (ends.0.index(len * 8 + 1), ends.1.index(len * 8 + 1));
            for range in [0..len * 8, start..end] {
                let expected = naive(&bytes, range.clone(), bit);
                prop_assert_eq!(find_in(&bytes, range.clone(), bit), expected);
                let other = naive(&bytes, range.clone(), !bit);
                prop_assert_eq!(find_in(&bytes, range, !bit), other);
            }
        }
    }
}
