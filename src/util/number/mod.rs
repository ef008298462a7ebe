//! Numbers as text, by the rules clients see: which spellings of an integer or a double
//! are accepted, and how each is written in a reply. Nothing here rounds, clamps or
//! guesses: a text is a number or it is not.
//!
//! Integers are in this file, doubles in [`double`]; 80-bit arithmetic has its own place,
//! [`long_double`](super::long_double).

pub mod double;
pub(in crate::util) mod exact;
mod grisu;

pub use double::{DoubleText, exact_i64, format_f64, parse_f64, write_f64};

/// Bytes that hold any `i64` or `u64` in decimal.
pub const MAX_INTEGER_TEXT_BYTES: usize = 20;

/// Parses the one canonical spelling of a signed integer, as Redis's `string2ll`: no
/// spaces, no plus sign, no leading zeros, no `-0`. Whatever this accepts is written back
/// by [`write_i64`] byte for byte, which is why it also decides which strings may be
/// stored as integers.
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    match text.split_first()? {
        (b'-', [b'0', ..]) => None,
        (b'-', digits) => 0i64.checked_sub_unsigned(parse_u64(digits)?),
        _ => i64::try_from(parse_u64(text)?).ok(),
    }
}

/// Parses the one canonical spelling of an unsigned integer: digits only, no leading zeros.
pub fn parse_u64(text: &[u8]) -> Option<u64> {
    match text {
        [b'0'] => Some(0),
        [] | [b'0', ..] => None,
        _ if text.len() > MAX_INTEGER_TEXT_BYTES => None,
        _ => text.iter().try_fold(0u64, |value, byte| {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value.checked_mul(10)?.checked_add(u64::from(digit))
        }),
    }
}

/// Appends `value` in decimal.
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends `value` in decimal.
pub fn write_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// How many bytes [`write_i64`] appends for `value`.
pub fn text_len_i64(value: i64) -> usize {
    let digits = value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(value < 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_canonical_spelling_is_an_integer() {
        for text in [
            "",
            "-",
            "+1",
            "-0",
            "00",
            "01",
            "-01",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "0x1",
            "--1",
            "1-",
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "100000000000000000000",
            "-100000000000000000000",
            "٣",
            "1\0",
        ] {
            assert_eq!(parse_i64(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse_i64(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(parse_i64(b"9223372036854775807"), Some(i64::MAX));
        assert_eq!(parse_i64(b"0"), Some(0));
        assert_eq!(parse_u64(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(parse_u64(b"18446744073709551616"), None);
        assert_eq!(parse_u64(b"-1"), None);
    }

    proptest! {
        #[test]
        fn integers_come_back(value in any::<i64>(), shift in 0..64u32) {
            for value in [value >> shift, i64::MAX >> shift, i64::MIN >> shift] {
                let mut text = Vec::new();
                write_i64(&mut text, value);
                prop_assert_eq!(parse_i64(&text), Some(value));
                prop_assert_eq!(text.len(), text_len_i64(value));
            }
            let mut text = Vec::new();
            write_u64(&mut text, value as u64);
            prop_assert_eq!(parse_u64(&text), Some(value as u64));
        }

        #[test]
        fn what_parses_is_written_the_same(text in "[-+0-9 ]{0,3}[0-9]{0,21}") {
            if let Some(value) = parse_i64(text.as_bytes()) {
                prop_assert_eq!(value.to_string(), text);
            }
        }
    }
}
