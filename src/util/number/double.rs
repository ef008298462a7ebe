//! Doubles as text: scores, coordinates, and RESP3's double replies.

use std::fmt;

use super::exact::Exact;
use super::grisu;

/// Parses a double as Redis takes it from a client: what C's `strtod` reads in the C locale,
/// if that is all of the text. Spaces are refused, and NaN; so are numbers too large for a
/// double, and those so small that nothing but zero is left of them.
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    let (negative, magnitude) = match text {
        [b'-', magnitude @ ..] => (true, magnitude),
        [b'+', magnitude @ ..] => (false, magnitude),
        magnitude => (false, magnitude),
    };
    // A second sign would be the next parser's first.
    if magnitude.first().is_none_or(|byte| matches!(byte, b'+' | b'-')) {
        return None;
    }
    let value = match magnitude {
        [b'0', b'x' | b'X', ..] => parse_hex(magnitude)?,
        _ => parse_decimal(magnitude)?,
    };
    Some(if negative { -value } else { value })
}

/// The integer `value` is, where Redis takes it for one (`double2ll`): within ±2^62. Negative
/// zero is zero.
pub fn exact_i64(value: f64) -> Option<i64> {
    const LIMIT: f64 = (1i64 << 62) as f64;
    let integer = value as i64;
    (value.abs() <= LIMIT && integer as f64 == value).then_some(integer)
}

/// `value` as Redis 7.2 and later reply it (`d2string`): integers without point or exponent up
/// to ±2^62; else the digits of [`grisu`] in the layout of `fpconv`; `inf`, `-inf`, `nan`.
pub fn format_f64(value: f64) -> DoubleText {
    let mut text = DoubleText { bytes: [0; MAX_TEXT_BYTES], len: 0 };
    if value.is_nan() {
        text.push(b"nan");
        return text;
    }
    if value.is_sign_negative() {
        text.push(b"-");
    }
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        text.push(b"inf");
    } else if let Some(integer) = exact_i64(magnitude) {
        text.push(itoa::Buffer::new().format(integer).as_bytes());
    } else {
        let decimal = grisu::shortest(magnitude);
        text.push_decimal(decimal.digits(), decimal.exponent);
    }
    text
}

/// Appends `value` as [`format_f64`] writes it.
pub fn write_f64(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(format_f64(value).as_bytes());
}

/// The text of a double, by value.
#[derive(Clone, Copy)]
pub struct DoubleText {
    bytes: [u8; MAX_TEXT_BYTES],
    len: usize,
}

/// A sign, 24 digits and a point would fit in fewer; see [`DoubleText::push_decimal`].
const MAX_TEXT_BYTES: usize = 32;

impl DoubleText {
    /// The text; ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn push_zeros(&mut self, count: usize) {
        self.push(&[b'0'; MAX_TEXT_BYTES][..count]);
    }

    /// `digits` × 10^`exponent`. Plain as long as that adds few zeros, else scientific; the
    /// borders between the two are those of `fpconv`.
    fn push_decimal(&mut self, digits: &[u8], exponent: i32) {
        // The power of ten of the first digit.
        let scientific = exponent + digits.len() as i32 - 1;
        let zeros = exponent.unsigned_abs() as usize;
        if exponent >= 0 && zeros < 8 {
            self.push(digits);
            self.push_zeros(zeros);
        } else if exponent < 0 && (zeros < 7 || scientific.abs() < 4) {
            let (whole, fraction) = digits.split_at(digits.len().saturating_sub(zeros));
            self.push(if whole.is_empty() { b"0" } else { whole });
            self.push(b".");
            self.push_zeros(zeros - fraction.len());
            self.push(fraction);
        } else {
            let (first, rest) = digits.split_at(1);
            self.push(first);
            if !rest.is_empty() {
                self.push(b".");
                self.push(rest);
            }
            self.push(if scientific < 0 { b"e-" } else { b"e+" });
            self.push(itoa::Buffer::new().format(scientific.unsigned_abs()).as_bytes());
        }
    }
}

impl fmt::Display for DoubleText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for DoubleText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Decimal digits, `inf` or `infinity`, without a sign.
fn parse_decimal(text: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let mantissa = text.iter().take_while(|byte| !matches!(byte, b'e' | b'E'));
    let out_of_range = match value {
        f64::INFINITY => text[0].is_ascii_digit() || text[0] == b'.',
        0.0 => mantissa.into_iter().any(|byte| matches!(byte, b'1'..=b'9')),
        _ => value.is_nan(),
    };
    (!out_of_range).then_some(value)
}

/// A hexadecimal number without a sign.
fn parse_hex(text: &[u8]) -> Option<f64> {
    const MIN_EXPONENT: i32 = -1074;
    let exact = Exact::parse_hex(text)?;
    if exact.mantissa == 0 {
        return Some(0.0);
    }
    let (mantissa, exponent) = exact.round(f64::MANTISSA_DIGITS, MIN_EXPONENT);
    let power = mantissa.checked_ilog2()? as i32 + exponent;
    if power > 1023 {
        return None;
    }
    // Both factors are doubles, and so is their product: nothing is rounded again.
    let scale = match exponent {
        -1022.. => f64::from_bits(((exponent + 1023) as u64) << 52),
        _ => f64::from_bits(1 << (exponent - MIN_EXPONENT)),
    };
    Some(mantissa as f64 * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_redis_takes_for_doubles() {
        let cases = [
            ("1", 1.0),
            ("01", 1.0),
            ("+1", 1.0),
            ("-1", -1.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("1e5", 1e5),
            ("1.e5", 1e5),
            ("1E-2", 0.01),
            ("0e-999", 0.0),
            ("1e-320", 1e-320),
            ("0e99999999999999999999", 0.0),
            ("inf", f64::INFINITY),
            ("+inf", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("Infinity", f64::INFINITY),
            ("INFINITY", f64::INFINITY),
            ("0x1p3", 8.0),
            ("0X1P-3", 0.125),
            ("0x.8", 0.5),
            ("0x1.8", 1.5),
            ("-0x1", -1.0),
            ("0x1.fffffffffffff7p0", 1.999_999_999_999_999_8),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.8p-1074", 1e-323),
            ("0x0p99999", 0.0),
            ("0x1.fffffffffffffp1023", f64::MAX),
            ("0x1p-1074", 5e-324),
            ("0x1p-1022", f64::MIN_POSITIVE),
        ];
        for (text, value) in cases {
            assert_eq!(parse_f64(text.as_bytes()), Some(value), "{text}");
        }
        assert!(parse_f64(b"-0").is_some_and(|zero| zero.is_sign_negative()));
    }

    #[test]
    fn texts_redis_does_not_take_for_doubles() {
        for text in [
            "",
            " 1",
            "1 ",
            "\t1",
            ".",
            "+",
            "-",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1e400",
            "-1e400",
            "1e-400",
            "1e99999999999999999999",
            "infx",
            "infinit",
            "i",
            "nan",
            "NAN",
            "-nan",
            "nan(1)",
            "0x",
            "0x1p",
            "0x.p1",
            "0x1p99999",
            "0x1p-9999",
            "0x0.00000000000008p-1022",
            "0x1p1024",
            "0x1.fffffffffffff8p1023",
            "1_0",
            "1\0",
            "1e5.0",
            "--1",
            "+-1",
            "1d",
            "1f",
            "0b1",
            "1e1e1",
            "1,5",
            "٣",
        ] {
            assert_eq!(parse_f64(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse_f64(b"\xff"), None);
    }

    #[test]
    fn doubles_look_as_in_redis() {
        // Replies of ZSCORE of a server that prints with fpconv.
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (-1.5, "-1.5"),
            (100.25, "100.25"),
            (1e20, "1e+20"),
            (1e21, "1e+21"),
            (1e22, "1e+22"),
            (1e100, "1e+100"),
            (1e18, "1000000000000000000"),
            (123_456_789_012_345_678.0, "123456789012345680"),
            (4_611_686_018_427_387_904.0, "4611686018427387904"),
            (5e18, "5e+18"),
            (9_223_372_036_854_775_807.0, "9223372036854776000"),
            (1e19, "1e+19"),
            (12_345_678_901_234_567_000.0, "12345678901234567000"),
            (1.23456789e19, "1.23456789e+19"),
            (1e23, "99999999999999990000000"),
            (1.1e22, "1.1e+22"),
            (-1e30, "-1e+30"),
            (1.5e-7, "1.5e-7"),
            (1e-7, "1e-7"),
            (1e-6, "0.000001"),
            (1.5e-6, "1.5e-6"),
            (0.000_123_45, "1.2345e-4"),
            (5e-5, "0.00005"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (1.234_567_890_123_456e-3, "0.001234567890123456"),
            (123_456_789.123_456_79, "1.2345678912345679e+8"),
            (1_234_567.5, "1234567.5"),
            (9.536_743_164_062_5e-7, "9.5367431640625e-7"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(format_f64(value).as_str(), text);
        }
    }

    #[test]
    fn integers_end_at_two_to_the_62() {
        assert_eq!(exact_i64(4_611_686_018_427_387_904.0), Some(1 << 62));
        assert_eq!(exact_i64(-4_611_686_018_427_387_904.0), Some(-1 << 62));
        assert_eq!(exact_i64(4_611_686_018_427_388_928.0), None);
        assert_eq!(exact_i64(-0.0), Some(0));
        assert_eq!(
            (exact_i64(1.5), exact_i64(f64::NAN), exact_i64(f64::INFINITY)),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn doubles_come_back(bits in any::<u64>(), near in -1e9..1e9f64) {
            for value in [f64::from_bits(bits), near, near.trunc(), near * 1e-6] {
                prop_assume!(!value.is_nan());
                let text = format_f64(value);
                let back = parse_f64(text.as_bytes()).map(f64::to_bits);
                prop_assert_eq!(back, Some(value.to_bits()), "{}", text);
            }
        }

        #[test]
        fn hexadecimal_doubles_are_exact(bits in 1..0x7ff0_0000_0000_0000u64) {
            let value = f64::from_bits(bits);
            let (fraction, biased) = (bits & ((1 << 52) - 1), bits >> 52);
            let text = match biased {
                0 => format!("0x0.{fraction:013x}p-1022"),
                _ => format!("0x1.{fraction:013x}p{}", biased as i64 - 1023),
            };
            prop_assert_eq!(parse_f64(text.as_bytes()), Some(value));
        }

        #[test]
        fn no_text_panics(text in "[-+]{0,2}(0x)?[0-9a-fin.]{0,40}([ep][-+]?[0-9]{0,25})?", noise in prop::collection::vec(any::<u8>(), 0..30)) {
            parse_f64(text.as_bytes());
            parse_f64(&noise);
        }
    }
}
