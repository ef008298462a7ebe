//! Randomness: identifiers nobody can guess, and quick numbers for choices nobody attacks.

use std::cell::Cell;

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
