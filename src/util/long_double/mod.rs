//! The 80-bit floating point numbers of x86, which Redis's INCRBYFLOAT and HINCRBYFLOAT add
//! in: `0.1` and `0.2` make `0.3` there, as they would not in doubles. Done in integers, so
//! that every machine answers the same.
//!
//! A number has 64 bits of mantissa and 15 of exponent. Every operation rounds its exact
//! result once, to nearest, ties to even.

mod natural;

use std::ops::{Add, Neg};

use self::natural::Natural;
use super::number::exact::{Exact, parse_exponent, shift_right_half_even};

/// An extended precision number.
#[derive(Clone, Copy, Debug)]
pub struct LongDouble {
    negative: bool,
    magnitude: Magnitude,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Magnitude {
    /// `mantissa` × 2^`exponent`; not always in lowest or highest terms.
    Finite {
        mantissa: u64,
        exponent: i32,
    },
    Infinite,
    Nan,
}

const MANTISSA_BITS: u32 = u64::BITS;
/// The exponent of the lowest bit of the smallest number, and of the largest number's.
const MIN_EXPONENT: i32 = -16_445;
const MAX_EXPONENT: i32 = 16_320;
/// Longer texts are not numbers to Redis: they would not fit its buffer, zero byte included.
const MAX_TEXT_BYTES: usize = 5 * 1024 - 1;
/// What `%.17Lf` writes behind the point.
const FRACTION_DIGITS: u32 = 17;

impl LongDouble {
    /// Zero.
    pub const ZERO: Self = LongDouble::finite(0, 0);

    /// Parses a number as Redis takes it (`string2ld`): what C's `strtold` reads in the C
    /// locale, if that is all of the text. Spaces are refused, and NaN; so are numbers beyond
    /// the largest, those so small that nothing but zero is left, and texts of 5 KiB.
    /// Infinity is a number here; whether it may be added is for the caller.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let (negative, magnitude) = match text {
            [b'-', magnitude @ ..] => (true, magnitude),
            [b'+', magnitude @ ..] => (false, magnitude),
            magnitude => (false, magnitude),
        };
        let parsed = match magnitude {
            [b'0', b'x' | b'X', ..] => rounded_in_range(Exact::parse_hex(magnitude)?)?,
            [b'i' | b'I', ..] => parse_infinity(magnitude)?,
            _ => rounded_in_range(parse_decimal(magnitude)?)?,
        };
        Some(if negative { -parsed } else { parsed })
    }

    /// Whether this is the result of adding opposite infinities.
    pub fn is_nan(self) -> bool {
        self.magnitude == Magnitude::Nan
    }

    /// Whether this is an infinity of either sign.
    pub fn is_infinite(self) -> bool {
        self.magnitude == Magnitude::Infinite
    }

    /// The number as Redis writes it (`ld2string`, `LD_STR_HUMAN`): 17 digits behind the
    /// point, without the zeros at the end; never an exponent. There is no negative zero.
    pub fn to_human(self) -> String {
        let magnitude = match self.magnitude {
            Magnitude::Finite { mantissa, exponent: exponent @ 0.. } => {
                let mut natural = Natural::from(mantissa);
                natural <<= exponent.unsigned_abs();
                natural.into_decimal()
            }
            Magnitude::Finite { mantissa, exponent } => {
                fixed_point(mantissa, exponent.unsigned_abs())
            }
            Magnitude::Infinite => "inf".to_string(),
            Magnitude::Nan => return "nan".to_string(),
        };
        if self.negative && magnitude != "0" { format!("-{magnitude}") } else { magnitude }
    }

    const fn finite(mantissa: u64, exponent: i32) -> Self {
        LongDouble { negative: false, magnitude: Magnitude::Finite { mantissa, exponent } }
    }

    /// The nearest number to `exact`; infinity when that is beyond the largest.
    fn rounded(exact: Exact) -> Self {
        let (mantissa, exponent) = exact.round(MANTISSA_BITS, MIN_EXPONENT);
        // With its top bit set the mantissa would have this exponent.
        if mantissa != 0 && exponent - mantissa.leading_zeros() as i32 > MAX_EXPONENT {
            return LongDouble { negative: false, magnitude: Magnitude::Infinite };
        }
        LongDouble::finite(mantissa, exponent)
    }
}

impl From<i64> for LongDouble {
    fn from(value: i64) -> Self {
        let magnitude = LongDouble::finite(value.unsigned_abs(), 0);
        if value < 0 { -magnitude } else { magnitude }
    }
}

impl Neg for LongDouble {
    type Output = Self;

    fn neg(self) -> Self {
        LongDouble { negative: !self.negative, ..self }
    }
}

impl Add for LongDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        use Magnitude::{Finite, Infinite, Nan};
        match (self.magnitude, other.magnitude) {
            (Nan, _) => self,
            (_, Nan) => other,
            (Infinite, Infinite) if self.negative != other.negative => {
                LongDouble { negative: false, magnitude: Nan }
            }
            (Infinite, _) => self,
            (_, Infinite) => other,
            (Finite { .. }, Finite { mantissa: 0, .. }) => self,
            (Finite { mantissa: 0, .. }, Finite { .. }) => other,
            (
                Finite { mantissa: a, exponent: a_exponent },
                Finite { mantissa: b, exponent: b_exponent },
            ) => add_finite((self.negative, a, a_exponent), (other.negative, b, b_exponent)),
        }
    }
}

/// Adds two numbers that are not zero, as (negative, mantissa, exponent).
fn add_finite(a: (bool, u64, i32), b: (bool, u64, i32)) -> LongDouble {
    // With the top bits of both mantissas set, the greater exponent is that of the greater
    // number, and the other can be aligned to it. 62 bits below are kept, and below those one
    // that says whether there was anything: more than enough to round the sum right.
    const GUARD_BITS: u32 = 62;
    let widened = |(negative, mantissa, exponent): (bool, u64, i32)| {
        let shift = mantissa.leading_zeros();
        let wide = u128::from(mantissa << shift) << GUARD_BITS;
        (negative, wide, exponent - shift as i32 - GUARD_BITS as i32)
    };
    let (a, b) = (widened(a), widened(b));
    let ((a_negative, a, exponent), (b_negative, b, b_exponent)) =
        if (a.2, a.1) >= (b.2, b.1) { (a, b) } else { (b, a) };

    let distance = exponent.abs_diff(b_exponent);
    let aligned = b.checked_shr(distance).unwrap_or(0);
    let lost = aligned.checked_shl(distance).unwrap_or(0) != b;
    let aligned = aligned | u128::from(lost);
    let mantissa = if a_negative == b_negative { a + aligned } else { a - aligned };
    let sum = LongDouble::rounded(Exact { mantissa, exponent });
    // What cancels out leaves a positive zero.
    if a_negative && mantissa != 0 { -sum } else { sum }
}

/// The nearest number to `exact`, unless that is infinity, or zero where `exact` is not.
fn rounded_in_range(exact: Exact) -> Option<LongDouble> {
    let rounded = LongDouble::rounded(exact);
    let vanished =
        matches!(rounded.magnitude, Magnitude::Finite { mantissa: 0, .. }) && exact.mantissa != 0;
    (!vanished && !rounded.is_infinite()).then_some(rounded)
}

fn parse_infinity(text: &[u8]) -> Option<LongDouble> {
    let known = text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity");
    known.then_some(LongDouble { negative: false, magnitude: Magnitude::Infinite })
}

/// Parses digits with at most one point among them, and maybe `e` with an exponent of ten.
/// No sign. The result rounds to the long double nearest to the text.
fn parse_decimal(text: &[u8]) -> Option<Exact> {
    let end = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, mut power) = match end {
        Some(end) => (&text[..end], parse_exponent(&text[end + 1..])?),
        None => (text, 0),
    };
    let point = mantissa.iter().position(|byte| *byte == b'.').unwrap_or(mantissa.len());
    let (whole, fraction) = (&mantissa[..point], mantissa.get(point + 1..).unwrap_or(&[]));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits = Vec::with_capacity(mantissa.len());
    for byte in whole.iter().chain(fraction) {
        digits.push(char::from(*byte).to_digit(10)? as u8);
    }
    power -= fraction.len() as i64;
    while digits.last() == Some(&0) {
        digits.pop();
        power += 1;
    }
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = &digits[zeros..];
    if digits.is_empty() {
        return Some(Exact { mantissa: 0, exponent: 0 });
    }
    // Far beyond the largest or below the smallest number; no need to calculate with it.
    let magnitude = power + digits.len() as i64;
    if magnitude.abs() > 5000 {
        let exponent = if magnitude > 0 { 1 << 20 } else { -1 << 20 };
        return Some(Exact { mantissa: 1, exponent });
    }
    Some(scaled(Natural::from_digits(digits), power as i32))
}

/// `digits` × 10^`power`; neither is zero nor out of bounds.
fn scaled(mut digits: Natural, power: i32) -> Exact {
    // Two bits more than a mantissa, and one for whatever is below.
    const QUOTIENT_BITS: u32 = MANTISSA_BITS + 2;
    if power >= 0 {
        digits.scale_by_ten(power.unsigned_abs());
        let dropped = digits.bit_len().saturating_sub(QUOTIENT_BITS);
        let (upper, more) = digits.upper_bits(dropped);
        return Exact { mantissa: upper << 1 | u128::from(more), exponent: dropped as i32 - 1 };
    }

    let mut divisor = Natural::from(1);
    divisor.scale_by_ten(power.unsigned_abs());
    // Shift one of both until digits / divisor lies between 1/2 and 2, then take off bit after
    // bit.
    let shift = divisor.bit_len() as i32 - digits.bit_len() as i32;
    if shift >= 0 {
        digits <<= shift.unsigned_abs();
    } else {
        divisor <<= shift.unsigned_abs();
    }
    let mut quotient = 0u128;
    for _ in 0..=QUOTIENT_BITS {
        let bit = digits >= divisor;
        if bit {
            digits -= &divisor;
        }
        digits <<= 1;
        quotient = quotient << 1 | u128::from(bit);
    }
    let more = digits.bit_len() > 0;
    Exact {
        mantissa: quotient << 1 | u128::from(more),
        exponent: -shift - QUOTIENT_BITS as i32 - 1,
    }
}

/// `mantissa` / 2^`bits` with up to [`FRACTION_DIGITS`] digits behind the point.
fn fixed_point(mantissa: u64, bits: u32) -> String {
    const UNIT: u128 = 10u128.pow(FRACTION_DIGITS);
    // 64 bits times 10^17 are 121 bits.
    let scaled = shift_right_half_even(u128::from(mantissa) * UNIT, bits);
    let (whole, fraction) = (scaled / UNIT, scaled % UNIT);
    if fraction == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{fraction:0digits$}", digits = FRACTION_DIGITS as usize);
    text.trim_end_matches('0').to_string()
}

#[cfg(test)]
mod tests;
