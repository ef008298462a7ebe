//! Exact binary numbers on their way to a floating point format: what is known of a number
//! before it is rounded, and the one rounding it gets. Doubles and long doubles share it.

/// `mantissa` × 2^`exponent`. Where a number has more bits than fit, the lowest bit of the
/// mantissa stands for "and something more" (it is sticky); there are then more than 120 bits
/// above it, or at least two more than the format wanted, so that rounding comes out right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::util) struct Exact {
    pub(in crate::util) mantissa: u128,
    pub(in crate::util) exponent: i32,
}

/// Exponents beyond this are zero or infinity in every format.
const MAX_EXPONENT: i64 = 1 << 20;

impl Exact {
    /// Parses a hexadecimal number as C's `strtod` does: `0x`, digits with at most one point
    /// among them, and maybe `p` with a decimal exponent of two. No sign.
    pub(in crate::util) fn parse_hex(text: &[u8]) -> Option<Self> {
        let [b'0', b'x' | b'X', digits @ ..] = text else {
            return None;
        };
        let end = digits.iter().position(|byte| matches!(byte, b'p' | b'P'));
        let (digits, power) = match end {
            Some(end) => (&digits[..end], parse_exponent(&digits[end + 1..])?),
            None => (digits, 0),
        };

        let (mut mantissa, mut exponent) = (0u128, power);
        let (mut point, mut any) = (false, false);
        for &byte in digits {
            if byte == b'.' && !point {
                point = true;
                continue;
            }
            let digit = u128::from(char::from(byte).to_digit(16)?);
            any = true;
            let fits = mantissa >> 124 == 0;
            mantissa = if fits { mantissa << 4 | digit } else { mantissa | u128::from(digit != 0) };
            exponent += match (fits, point) {
                (true, true) => -4,
                (false, false) => 4,
                _ => 0,
            };
        }
        let exponent = exponent.clamp(-MAX_EXPONENT, MAX_EXPONENT) as i32;
        any.then_some(Exact { mantissa, exponent })
    }

    /// The nearest number whose mantissa has at most `bits` bits (64 or fewer) and whose
    /// exponent is at least `min_exponent`; of two equally near ones that with an even mantissa.
    pub(in crate::util) fn round(self, bits: u32, min_exponent: i32) -> (u64, i32) {
        let surplus = self.bit_len() as i32 - bits as i32;
        let dropped = surplus.max(min_exponent - self.exponent);
        if dropped <= 0 {
            return (self.mantissa as u64, self.exponent);
        }
        let mantissa = shift_right_half_even(self.mantissa, dropped as u32);
        let exponent = self.exponent + dropped;
        // Rounding up may have carried into one bit more, and then left only zeros behind it.
        if mantissa >> bits == 0 {
            (mantissa as u64, exponent)
        } else {
            ((mantissa >> 1) as u64, exponent + 1)
        }
    }

    fn bit_len(self) -> u32 {
        u128::BITS - self.mantissa.leading_zeros()
    }
}

/// `value` / 2^`bits`, rounded to nearest, ties to even.
pub(in crate::util) fn shift_right_half_even(value: u128, bits: u32) -> u128 {
    if bits == 0 {
        return value;
    }
    let quotient = value.checked_shr(bits).unwrap_or(0);
    let rest = value & 1u128.checked_shl(bits).map_or(u128::MAX, |unit| unit - 1);
    let Some(half) = 1u128.checked_shl(bits - 1) else {
        return 0;
    };
    let up = rest > half || rest == half && quotient & 1 == 1;
    quotient + u128::from(up)
}

/// Parses the exponent of a number: digits with an optional sign. What is beyond all formats is
/// not told apart.
pub(in crate::util) fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // A text as long as memory can cancel an exponent this large with zeros, but none larger.
    let magnitude = digits
        .iter()
        .fold(0i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(1 << 56));
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_texts_are_those_of_strtod() {
        let parse =
            |text: &str| Exact::parse_hex(text.as_bytes()).map(|e| (e.mantissa, e.exponent));
        assert_eq!(parse("0x1p3"), Some((1, 3)));
        assert_eq!(parse("0XfF.8P-2"), Some((0xff8, -6)));
        assert_eq!(parse("0x.8"), Some((8, -4)));
        assert_eq!(parse("0x8."), Some((8, 0)));
        assert_eq!(parse("0x1p99999999999999999999"), Some((1, 1 << 20)));
        assert_eq!(parse("0x1p-99999999999999999999"), Some((1, -1 << 20)));
        for text in [
            "", "0x", "0x.", "0x.p1", "0x1p", "0x1p+", "0x1p1.", "0x1.2.3", "0xg", "1", "0x1 ",
            "0x+1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn digits_that_do_not_fit_are_remembered() {
        let long = format!("0x1{}1p-4", "0".repeat(60));
        let exact = Exact::parse_hex(long.as_bytes()).unwrap();
        assert_eq!(exact, Exact { mantissa: 1 << 124 | 1, exponent: 4 * (61 - 31) - 4 });
        let fraction = format!("0x1.{}8", "0".repeat(60));
        let exact = Exact::parse_hex(fraction.as_bytes()).unwrap();
        assert_eq!(exact, Exact { mantissa: 1 << 124 | 1, exponent: -124 });
    }

    #[test]
    fn rounding_goes_to_the_nearest_and_then_to_even() {
        let round = |mantissa, bits| Exact { mantissa, exponent: 0 }.round(bits, -100);
        assert_eq!(round(0b1011, 4), (0b1011, 0));
        assert_eq!(round(0b1011, 3), (0b110, 1));
        assert_eq!(round(0b1001, 3), (0b100, 1));
        assert_eq!(round(0b1111, 3), (0b100, 2));
        assert_eq!(round(0b10011, 3), (0b101, 2));
        assert_eq!(round(u128::MAX, 64), (1 << 63, 65));
        assert_eq!(Exact { mantissa: 3, exponent: -102 }.round(64, -100), (1, -100));
        assert_eq!(Exact { mantissa: 2, exponent: -102 }.round(64, -100), (0, -100));
        assert_eq!(Exact { mantissa: u128::MAX, exponent: -1000 }.round(64, -100), (0, -100));
        assert_eq!(shift_right_half_even(u128::MAX, 128), 1);
        assert_eq!(shift_right_half_even(1 << 127, 128), 0);
        assert_eq!(shift_right_half_even(u128::MAX, 129), 0);
    }
}
