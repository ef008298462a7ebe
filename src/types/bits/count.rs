//! How many bits are set. Long strings go through Harley and Seal's tree of carry-save adders
//! ("Hacker's Delight", second edition, 5-1): sixteen words are added bit by bit before any
//! bits are counted, in operations that every processor has for whole vectors of words.

use std::ops::Range;

/// Words that are added side by side, so that the compiler puts them into vector registers.
const LANES: usize = 4;
/// Bytes of one vector.
const VECTOR: usize = LANES * size_of::<u64>();
/// Bytes that go through the tree at once.
const BLOCK: usize = 16 * VECTOR;

type Vector = [u64; LANES];

/// The bits that are set in `bytes`.
pub fn count(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let (words, last) = rest.as_chunks::<8>();
    let of_words = words.iter().map(|word| u64::from_ne_bytes(*word).count_ones() as usize);
    let of_last = last.iter().map(|byte| byte.count_ones() as usize);
    count_blocks(blocks) + of_words.sum::<usize>() + of_last.sum::<usize>()
}

/// The bits that are set among those at the offsets `range`, which must lie in `bytes`.
pub fn count_in(bytes: &[u8], range: Range<usize>) -> usize {
    if range.is_empty() {
        return 0;
    }
    let bytes = &bytes[range.start / 8..range.end.div_ceil(8)];
    let (before, behind) = (range.start % 8, range.end.wrapping_neg() % 8);
    let edge = |byte: Option<&u8>, mask: u16| {
        byte.map_or(0, |byte| (u16::from(*byte) & mask).count_ones() as usize)
    };
    let not_before = edge(bytes.first(), 0xff00 >> before);
    let not_behind = edge(bytes.last(), 0x00ff >> (8 - behind));
    count(bytes) - not_before - not_behind
}

fn count_blocks(blocks: &[[u8; BLOCK]]) -> usize {
    // Sums that wait to be carried on; the number says how much each of their bits counts.
    let (mut ones, mut twos, mut fours, mut eights) = Default::default();
    let mut sixteens_seen = 0;
    for block in blocks {
        let (vectors, _) = block.as_chunks::<VECTOR>();
        let pair =
            |sum: &mut Vector, at: usize| add(sum, load(&vectors[at]), load(&vectors[at + 1]));
        let quad = |ones: &mut Vector, twos: &mut Vector, at: usize| {
            let (a, b) = (pair(ones, at), pair(ones, at + 2));
            add(twos, a, b)
        };
        let mut eight = |at: usize| {
            let a = quad(&mut ones, &mut twos, at);
            let b = quad(&mut ones, &mut twos, at + 4);
            add(&mut fours, a, b)
        };
        let (a, b) = (eight(0), eight(8));
        sixteens_seen += ones_of(&add(&mut eights, a, b));
    }
    sixteens_seen * 16
        + ones_of(&eights) * 8
        + ones_of(&fours) * 4
        + ones_of(&twos) * 2
        + ones_of(&ones)
}

fn load(bytes: &[u8; VECTOR]) -> Vector {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|lane| u64::from_ne_bytes(words[lane]))
}

/// Adds two vectors to a sum, bit by bit; what is carried is returned.
fn add(sum: &mut Vector, a: Vector, b: Vector) -> Vector {
    let carry = std::array::from_fn(|lane| {
        let half = sum[lane] ^ a[lane];
        sum[lane] & a[lane] | half & b[lane]
    });
    *sum = std::array::from_fn(|lane| sum[lane] ^ a[lane] ^ b[lane]);
    carry
}

fn ones_of(vector: &Vector) -> usize {
    vector.iter().map(|word| word.count_ones() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::bits;
    use proptest::prelude::*;

    fn naive(bytes: &[u8], range: Range<usize>) -> usize {
        range.filter(|offset| bits::get(bytes, *offset)).count()
    }

    #[test]
    fn every_block_counts() {
        for len in [0, 1, 7, 8, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 13] {
            assert_eq!(count(&vec![0xff; len]), 8 * len);
            assert_eq!(count(&vec![0x11; len]), 2 * len);
        }
    }

    proptest! {
        #[test]
        fn as_one_by_one(
            bytes in prop::collection::vec(any::<u8>(), 0..3 * BLOCK),
            ends in any::<(prop::sample::Index, prop::sample::Index)>(),
        ) {
            let len = bytes.len() * 8;
            prop_assert_eq!(count(&bytes), naive(&bytes, 0..len));
            let (start, end) = (ends.0.index(len + 1), ends.1.index(len + 1));
            prop_assert_eq!(count_in(&bytes, start..end), naive(&bytes, start..end));
        }
    }
}
