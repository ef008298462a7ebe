//! The longest common subsequence of two byte strings, by dynamic programming over their
//! prefixes. Where several are equally long the choice is the one Redis makes.

use std::collections::TryReserveError;
use std::ops::Range;

/// Equal bytes that stand side by side in both strings. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where it begins in the first string.
    pub a: usize,
    /// Where it begins in the second string.
    pub b: usize,
    /// Its length in bytes.
    pub len: usize,
}

impl Run {
    /// Its place in the first string.
    pub fn in_a(&self) -> Range<usize> {
        self.a..self.a + self.len
    }
}

/// The length of the longest common subsequence. Takes memory for one row of lengths.
pub fn length(a: &[u8], b: &[u8]) -> usize {
    fill(a, b, |_, _| {}) as usize
}

/// The runs a longest common subsequence consists of, the last first. Takes one bit of memory
/// for each pair of positions; fails when there is not so much.
pub fn runs(a: &[u8], b: &[u8]) -> Result<Vec<Run>, TryReserveError> {
    let mut ups = Bits::zeros(a.len().saturating_mul(b.len()))?;
    fill(a, b, |i, j| ups.set(i * b.len() + j));

    let mut runs: Vec<Run> = Vec::new();
    let mut inside_run = false;
    let (mut i, mut j) = (a.len(), b.len());
    while i > 0 && j > 0 {
        let equal = a[i - 1] == b[j - 1];
        if equal {
            (i, j) = (i - 1, j - 1);
            match runs.last_mut().filter(|_| inside_run) {
                Some(run) => *run = Run { a: i, b: j, len: run.len + 1 },
                None => runs.push(Run { a: i, b: j, len: 1 }),
            }
        } else if ups.get((i - 1) * b.len() + j - 1) {
            i -= 1;
        } else {
            j -= 1;
        }
        inside_run = equal;
    }
    Ok(runs)
}

/// Computes the length for every pair of prefixes, row by row. `up` is called with the indexes
/// of two unlike bytes where leaving out the first string's is the better way.
fn fill(a: &[u8], b: &[u8], mut up: impl FnMut(usize, usize)) -> u32 {
    let mut row = vec![0u32; b.len()];
    for (i, x) in a.iter().enumerate() {
        // Lengths of the neighbours: diagonally above, and to the left.
        let (mut diagonal, mut left) = (0, 0);
        for (j, (y, cell)) in b.iter().zip(&mut row).enumerate() {
            let above = *cell;
            if x == y {
                left = diagonal + 1;
            } else if above > left {
                left = above;
                up(i, j);
            }
            (diagonal, *cell) = (above, left);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// A row of bits.
struct Bits(Vec<u64>);

impl Bits {
    fn zeros(len: usize) -> Result<Bits, TryReserveError> {
        let words = len.div_ceil(u64::BITS as usize);
        let mut bits = Vec::new();
        bits.try_reserve_exact(words)?;
        bits.resize(words, 0);
        Ok(Bits(bits))
    }

    fn set(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    fn get(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(a: &[u8], b: &[u8]) -> String {
        let runs = runs(a, b).expect("little memory");
        let bytes = runs.iter().rev().flat_map(|run| &a[run.in_a()]).copied();
        String::from_utf8(bytes.collect()).expect("only text in these tests")
    }

    #[test]
    fn known_answers() {
        assert_eq!(text(b"ohmytext", b"mynewtext"), "mytext");
        assert_eq!(
            runs(b"ohmytext", b"mynewtext"),
            Ok(vec![Run { a: 4, b: 5, len: 4 }, Run { a: 2, b: 0, len: 2 }])
        );
        for (a, b) in [("", ""), ("a", ""), ("", "a"), ("a", "b")] {
            assert_eq!(
                (text(a.as_bytes(), b.as_bytes()), length(a.as_bytes(), b.as_bytes())),
                (String::new(), 0)
            );
        }
    }

    /// The length by the definition, without a table.
    fn naive(a: &[u8], b: &[u8]) -> usize {
        match (a, b) {
            ([x, a @ ..], [y, b @ ..]) if x == y => naive(a, b) + 1,
            ([_, rest_a @ ..], [_, rest_b @ ..]) => naive(rest_a, b).max(naive(a, rest_b)),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn runs_are_a_longest_common_subsequence(a in "[abc]{0,9}", b in "[abc]{0,9}") {
            let (a, b) = (a.as_bytes(), b.as_bytes());
            let longest = naive(a, b);
            prop_assert_eq!(length(a, b), longest);
            let runs = runs(a, b).expect("little memory");
            prop_assert_eq!(runs.iter().map(|run| run.len).sum::<usize>(), longest);
            let (mut end_a, mut end_b) = (a.len(), b.len());
            for run in runs {
                prop_assert!(run.len > 0 && run.a + run.len <= end_a && run.b + run.len <= end_b);
                prop_assert_eq!(&a[run.in_a()], &b[run.b..run.b + run.len]);
                (end_a, end_b) = (run.a, run.b);
            }
        }
    }
}
