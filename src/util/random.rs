//! Randomness: identifiers nobody can guess, and quick numbers for choices nobody attacks.

use std::cell::Cell;
use std::collections::HashSet;

/// `digits` random hexadecimal digits from the operating system's source.
pub fn hex(digits: usize) -> String {
    let mut bytes = vec![0; digits.div_ceil(2)];
    if getrandom::fill(&mut bytes).is_err() {
        bytes.iter_mut().for_each(|byte| *byte = next() as u8);
    }
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(digits);
    text
}

/// A uniform 64-bit number: xorshift, seeded for each thread.
pub fn next() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(seed());
    }
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        x.wrapping_mul(0x2545_f491_4f6c_dd1d)
    })
}

/// `count` different numbers below `bound`, every choice of them with the same probability; all
/// there are, if there are no more. In no order. (Floyd's algorithm: Bentley and Floyd, "A
/// sample of brilliance", CACM 30(9), 1987.)
pub fn sample(count: usize, bound: usize) -> HashSet<usize, ahash::RandomState> {
    let mut chosen = HashSet::default();
    for last in bound.saturating_sub(count)..bound {
        let number = below(last as u64 + 1) as usize;
        if !chosen.insert(number) {
            chosen.insert(last);
        }
    }
    chosen
}

/// A uniform number below `bound`, which must not be zero.
pub fn below(bound: u64) -> u64 {
    // The bias of the multiplication is below 2^-32 for every bound a keyspace can have.
    ((u128::from(next()) * u128::from(bound)) >> 64) as u64
}

fn seed() -> u64 {
    let mut bytes = [0; 8];
    // Without the system's source the address of a stack variable still differs by thread.
    if getrandom::fill(&mut bytes).is_err() {
        return (&raw const bytes as usize as u64) | 1;
    }
    u64::from_ne_bytes(bytes) | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_distinct_and_even() {
        let mut seen = [0; 5];
        for _ in 0..3_000 {
            let chosen = sample(2, 5);
            assert_eq!(chosen.len(), 2);
            chosen.into_iter().for_each(|number| seen[number] += 1);
        }
        // Each is in two samples of five: 1200 times, give or take 27 (a standard deviation).
        assert!(seen.iter().all(|times| (1_000..1_400).contains(times)), "{seen:?}");
        assert_eq!(sample(9, 3).len(), 3);
        assert!(sample(0, 3).is_empty() && sample(3, 0).is_empty());
    }
}
