//! Bitwise operations between strings of different lengths. A shorter one goes on with zeros
//! up to the length of the longest, which is the result's.
//!
//! The result is made block by block, so that what one source adds to is still in the nearest
//! cache when the next one comes; within a block plain loops over slices do what the compiler
//! turns into vector instructions.

use std::collections::TryReserveError;

/// Bytes that are made at once.
const BLOCK: usize = 16 * 1024;

/// What is done with the bits that stand at the same offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Set in every source.
    And,
    /// Set in any source.
    Or,
    /// Set in an odd number of sources.
    Xor,
    /// Not set in the source; there is only one.
    Not,
    /// Set in the first source and in no other.
    Diff,
    /// Not set in the first source, but in any other.
    Diff1,
    /// Set in the first source and in any other.
    AndOr,
    /// Set in exactly one source.
    One,
}

/// The sources combined. Fails where there is no memory for the result.
pub fn combine(operation: Operation, sources: &[&[u8]]) -> Result<Vec<u8>, TryReserveError> {
    let len = sources.iter().map(|source| source.len()).max().unwrap_or(0);
    let mut result = Vec::new();
    result.try_reserve_exact(len)?;
    while result.len() < len {
        let start = result.len();
        let end = (start + BLOCK).min(len);
        let mut parts = sources
            .iter()
            .map(|source| &source[start.min(source.len())..])
            .map(|part| &part[..part.len().min(end - start)]);
        result.extend_from_slice(parts.next().unwrap_or_default());
        result.resize(end, 0);
        fold(operation, &mut result[start..], parts);
    }
    Ok(result)
}

/// Brings the other sources' parts into a block that holds the first one's.
fn fold<'a>(operation: Operation, block: &mut [u8], others: impl Iterator<Item = &'a [u8]>) {
    match operation {
        Operation::And => others.for_each(|part| {
            block[part.len()..].fill(0);
            each(block, part, |a, b| a & b);
        }),
        Operation::Or => others.for_each(|part| each(block, part, |a, b| a | b)),
        Operation::Xor => others.for_each(|part| each(block, part, |a, b| a ^ b)),
        Operation::Not => block.iter_mut().for_each(|byte| *byte = !*byte),
        Operation::Diff => others.for_each(|part| each(block, part, |a, b| a & !b)),
        Operation::Diff1 => each(block, &union(others), |a, b| !a & b),
        Operation::AndOr => each(block, &union(others), |a, b| a & b),
        Operation::One => {
            let mut repeated = [0; BLOCK];
            for part in others {
                for ((byte, repeated), other) in block.iter_mut().zip(&mut repeated).zip(part) {
                    *repeated |= *byte & other;
                    *byte |= other;
                }
            }
            each(block, &repeated, |a, b| a & !b);
        }
    }
}

/// What is set in any of `parts`.
fn union<'a>(parts: impl Iterator<Item = &'a [u8]>) -> [u8; BLOCK] {
    let mut sum = [0; BLOCK];
    parts.for_each(|part| each(&mut sum, part, |a, b| a | b));
    sum
}

/// Changes every byte that has a counterpart in `other`.
fn each(block: &mut [u8], other: &[u8], change: impl Fn(u8, u8) -> u8) {
    block.iter_mut().zip(other).for_each(|(byte, other)| *byte = change(*byte, *other));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Operation; 8] = [
        Operation::And,
        Operation::Or,
        Operation::Xor,
        Operation::Not,
        Operation::Diff,
        Operation::Diff1,
        Operation::AndOr,
        Operation::One,
    ];

    /// By the words of [`Operation`]'s documentation, bit by bit.
    fn naive(operation: Operation, sources: &[&[u8]]) -> Vec<u8> {
        let len = sources.iter().map(|source| source.len()).max().unwrap_or(0);
        let bit = |offset: usize| {
            let set: Vec<bool> =
                sources.iter().map(|source| crate::types::bits::get(source, offset)).collect();
            let many = set.iter().filter(|set| **set).count();
            let any_other = set[1..].contains(&true);
            match operation {
                Operation::And => many == set.len(),
                Operation::Or => many > 0,
                Operation::Xor => many % 2 == 1,
                Operation::Not => !set[0],
                Operation::Diff => set[0] && !any_other,
                Operation::Diff1 => !set[0] && any_other,
                Operation::AndOr => set[0] && any_other,
                Operation::One => many == 1,
            }
        };
        let mut result = vec![0; len];
        (0..len * 8).for_each(|offset| {
            crate::types::bits::set(&mut result, offset, bit(offset));
        });
        result
    }

    proptest! {
        #[test]
        fn as_bit_by_bit(
            sources in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 1..6),
        ) {
            let sources: Vec<&[u8]> = sources.iter().map(Vec::as_slice).collect();
            for operation in ALL {
                let expected = naive(operation, &sources);
                prop_assert_eq!(combine(operation, &sources), Ok(expected), "{:?}", operation);
            }
        }
    }

    #[test]
    fn blocks_follow_each_other() {
        let pattern = |len: usize, step: usize| -> Vec<u8> {
            (0..len).map(|i| (i * step + i / 255) as u8).collect()
        };
        let (a, b) = (pattern(3 * BLOCK + 7, 31), pattern(BLOCK + 100, 17));
        for operation in ALL {
            assert_eq!(combine(operation, &[&a, &b]), Ok(naive(operation, &[&a, &b])));
            assert_eq!(combine(operation, &[&b, &a]), Ok(naive(operation, &[&b, &a])));
        }
        assert_eq!(combine(Operation::Or, &[]), Ok(vec![]));
    }
}
