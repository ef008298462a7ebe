//! Natural numbers of any size: just what exact decimal texts of long doubles need. The
//! callers bound the sizes; a long double has some 5000 digits at most.

use std::cmp::Ordering;
use std::ops::{ShlAssign, SubAssign};

/// A natural number, 64 bits a limb, the lowest first. The last limb is not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Natural(Vec<u64>);

/// The largest power of ten in a limb, and its zeros.
const LIMB_POWER: u64 = 10u64.pow(LIMB_DIGITS as u32);
const LIMB_DIGITS: usize = 19;

impl Natural {
    /// The number that these digits, each 0 to 9, are in decimal.
    pub(super) fn from_digits(digits: &[u8]) -> Self {
        let mut natural = Natural(Vec::with_capacity(digits.len() / LIMB_DIGITS + 1));
        for chunk in digits.chunks(LIMB_DIGITS) {
            let value = chunk.iter().fold(0u64, |value, digit| value * 10 + u64::from(*digit));
            natural.multiply_add(10u64.pow(chunk.len() as u32), value);
        }
        natural
    }

    /// Multiplies by 10^`power`.
    pub(super) fn scale_by_ten(&mut self, power: u32) {
        for _ in 0..power / LIMB_DIGITS as u32 {
            self.multiply_add(LIMB_POWER, 0);
        }
        self.multiply_add(10u64.pow(power % LIMB_DIGITS as u32), 0);
    }

    /// How many bits the number has without zeros in front.
    pub(super) fn bit_len(&self) -> u32 {
        let top = self.0.last().map_or(0, |limb| limb.leading_zeros());
        self.0.len() as u32 * u64::BITS - top
    }

    /// The number divided by 2^`bits`, as far as that fits in 128 bits, and whether something
    /// other than zero was cut off.
    pub(super) fn upper_bits(&self, bits: u32) -> (u128, bool) {
        let (skipped, shift) = ((bits / u64::BITS) as usize, bits % u64::BITS);
        let limb = |index: usize| u128::from(self.0.get(skipped + index).copied().unwrap_or(0));
        let (low, high) = (limb(1) << 64 | limb(0), limb(2));
        let upper = if shift == 0 { low } else { low >> shift | high << (128 - shift) };
        let cut_limbs = self.0.iter().take(skipped).any(|limb| *limb != 0);
        let cut_bits = limb(0) & ((1 << shift) - 1) != 0;
        (upper, cut_limbs || cut_bits)
    }

    /// The number in decimal.
    pub(super) fn into_decimal(mut self) -> String {
        let mut chunks = Vec::new();
        while !self.0.is_empty() {
            chunks.push(self.divide(LIMB_POWER));
        }
        let mut text = chunks.pop().unwrap_or(0).to_string();
        for chunk in chunks.iter().rev() {
            text.push_str(&format!("{chunk:0LIMB_DIGITS$}"));
        }
        text
    }

    /// `self` * `factor` + `addend`.
    fn multiply_add(&mut self, factor: u64, addend: u64) {
        let mut carry = addend;
        for limb in &mut self.0 {
            let product = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            (*limb, carry) = (product as u64, (product >> 64) as u64);
        }
        if carry != 0 {
            self.0.push(carry);
        }
    }

    /// Divides by `divisor`, and answers the remainder.
    fn divide(&mut self, divisor: u64) -> u64 {
        let mut rest = 0;
        for limb in self.0.iter_mut().rev() {
            let part = u128::from(rest) << 64 | u128::from(*limb);
            *limb = (part / u128::from(divisor)) as u64;
            rest = (part % u128::from(divisor)) as u64;
        }
        self.trim();
        rest
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl From<u64> for Natural {
    fn from(value: u64) -> Self {
        let mut natural = Natural(vec![value]);
        natural.trim();
        natural
    }
}

impl ShlAssign<u32> for Natural {
    fn shl_assign(&mut self, bits: u32) {
        if self.0.is_empty() {
            return;
        }
        self.multiply_add(1 << (bits % u64::BITS), 0);
        let limbs = (bits / u64::BITS) as usize;
        self.0.splice(0..0, std::iter::repeat_n(0, limbs));
    }
}

/// The right side must not be the greater one.
impl SubAssign<&Natural> for Natural {
    fn sub_assign(&mut self, other: &Natural) {
        let mut borrow = false;
        for (index, limb) in self.0.iter_mut().enumerate() {
            let subtrahend = other.0.get(index).copied().unwrap_or(0);
            let (difference, first) = limb.overflowing_sub(subtrahend);
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (difference, first || second);
        }
        self.trim();
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn natural(value: u128) -> Natural {
        let mut natural = Natural(vec![value as u64, (value >> 64) as u64]);
        natural.trim();
        natural
    }

    proptest! {
        #[test]
        fn calculates_like_u128(a in any::<u128>(), b in any::<u128>(), shift in 0..128u32) {
            let (a, b) = (a >> shift, b >> (shift / 2));
            let (large, small) = (a.max(b), a.min(b));
            prop_assert_eq!(natural(a).cmp(&natural(b)), a.cmp(&b));
            let mut difference = natural(large);
            difference -= &natural(small);
            prop_assert_eq!(difference, natural(large - small));
            prop_assert_eq!(natural(a).bit_len(), 128 - a.leading_zeros());
            prop_assert_eq!(natural(a).into_decimal(), a.to_string());
            let mut shifted = natural(a >> (shift / 2));
            shifted <<= shift / 2;
            prop_assert_eq!(shifted, natural(a >> (shift / 2) << (shift / 2)));
        }

        #[test]
        fn digits_come_back(text in "[1-9][0-9]{0,200}", zeros in 0..60u32, shift in 0..300u32) {
            let digits: Vec<u8> = text.bytes().map(|byte| byte - b'0').collect();
            let mut natural = Natural::from_digits(&digits);
            prop_assert_eq!(natural.clone().into_decimal(), &text[..]);
            let top = natural.bit_len().saturating_sub(128);
            let (upper, _) = natural.upper_bits(top);
            natural <<= shift;
            prop_assert_eq!(natural.upper_bits(top + shift).0, upper);
            prop_assert!(natural.bit_len() <= 128 || !natural.upper_bits(shift).1);
            let mut scaled = Natural::from_digits(&digits);
            scaled.scale_by_ten(zeros);
            prop_assert_eq!(scaled.into_decimal(), text + &"0".repeat(zeros as usize));
        }
    }
}
