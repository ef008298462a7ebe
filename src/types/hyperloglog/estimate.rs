//! From registers to a cardinality: the estimator of O. Ertl, "New cardinality estimation
//! algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6, which Redis uses since
//! its version 4. It needs only how many registers have each value.

use super::{HASH_BITS, REGISTERS};

/// How many registers have each value that six bits can have.
pub type Histogram = [u32; 64];

/// 1 / (2 ln 2), the constant for infinitely many registers.
const ALPHA_INFINITY: f64 = std::f64::consts::LOG2_E / 2.0;

/// The largest number that Redis answers, for registers whose values no elements give them:
/// read as a signed number it is the smallest.
const BEYOND_ALL_BOUNDS: f64 = (1u64 << 63) as f64;

/// The estimated number of different elements.
pub fn estimate(histogram: &Histogram) -> u64 {
    let m = REGISTERS as f64;
    let full = f64::from(histogram[HASH_BITS + 1]);
    let mut z = m * tau((m - full) / m);
    for count in histogram[1..=HASH_BITS].iter().rev() {
        z = (z + f64::from(*count)) * 0.5;
    }
    z += m * sigma(f64::from(histogram[0]) / m);
    (ALPHA_INFINITY * m * m / z).round().min(BEYOND_ALL_BOUNDS) as u64
}

/// What registers at their highest value contribute: the series of the paper's τ.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let mut y = 1.0;
    let mut z = 1.0 - x;
    loop {
        x = x.sqrt();
        y *= 0.5;
        let before = z;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

/// What untouched registers contribute: the series of the paper's σ.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let mut y = 1.0;
    let mut z = x;
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_scale() {
        let all = |value: usize| {
            let mut histogram = [0; 64];
            histogram[value] = REGISTERS as u32;
            estimate(&histogram)
        };
        assert_eq!(all(0), 0);
        assert_eq!(all(1), 23_637);
        assert_eq!(all(63), 1 << 63);
        assert_eq!(estimate(&[0; 64]), 1 << 63);
    }
}
