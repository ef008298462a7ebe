//! Sums and texts against a server's INCRBYFLOAT, and against exact arithmetic.

use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> LongDouble {
    LongDouble::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text:?} is a number"))
}

fn sum(a: &str, b: &str) -> String {
    (parse(a) + parse(b)).to_human()
}

#[test]
fn sums_are_those_of_incrbyfloat() {
    for (a, b, expected) in [
        ("0", "0.1", "0.1"),
        ("0.1", "0.2", "0.3"),
        ("3.0", "1.1", "4.1"),
        ("5.0e3", "2.0e2", "5200"),
        ("1e20", "1", "100000000000000000000"),
        ("0", "1e-17", "0.00000000000000001"),
        ("0", "1e-18", "0"),
        ("0", "5e-18", "0"),
        ("0", "1.5e-17", "0.00000000000000002"),
        ("0", "-1e-20", "0"),
        ("-0", "-0", "0"),
        ("0", "3e-4951", "0"),
        ("0", "0x1p3", "8"),
        ("0", "0x1p-10", "0.0009765625"),
        ("0", "+1.", "1"),
        ("0", ".5", "0.5"),
        ("0", "0e99999", "0"),
        ("18446744073709551615", "0", "18446744073709551615"),
        ("18446744073709551616", "1", "18446744073709551616"),
        ("18446744073709551617", "0", "18446744073709551616"),
        ("9223372036854775807", "1", "9223372036854775808"),
        ("0.5", "0.49999999999999999", "0.99999999999999999"),
        ("123456789.123456789", "0.000000001", "123456789.12345678999554366"),
        ("1.1", "-1.1", "0"),
        ("100000000000000000000", "-0.1", "100000000000000000000"),
        ("1e18", "0.1", "1000000000000000000.125"),
    ] {
        assert_eq!(sum(a, b), expected, "{a} + {b}");
    }
}

#[test]
fn large_numbers_are_written_in_full() {
    // Replies of INCRBYFLOAT: how they begin, how they end, and how long they are.
    for (text, start, end, len) in [
        ("1e400", "1000000000000000000028188068394758651458", "43732497430221946880", 401),
        ("1e4932", "1000000000000000000006018949387963891323", "38418113791886622720", 4933),
        ("1e4000", "9999999999999999999965463873099623784932", "06648276349901340672", 4000),
        (
            &"1".repeat(4000),
            "1111111111111111111134844693878192487990",
            "06852659853280673792",
            4000,
        ),
    ] {
        let human = sum("0", text);
        assert!(human.starts_with(start) && human.ends_with(end), "{human}");
        assert_eq!(human.len(), len);
    }
}

#[test]
fn texts_incrbyfloat_refuses() {
    for text in [
        "",
        " 1",
        "1 ",
        ".",
        "+",
        "-",
        "e1",
        ".e1",
        "1e",
        "1e+",
        "2e4932",
        "1e5000",
        "1e-5000",
        "1e-4951",
        "1e99999999999999999999999",
        "-1e99999999999999999999999",
        "nan",
        "infx",
        "in",
        "0x",
        "0x1p",
        "--1",
        "+-1",
        "1..2",
        "1.2.3",
        "1_0",
        "1\0",
        "٣",
        "-",
        "1e1.5",
        "0x1p16384",
    ] {
        assert!(LongDouble::parse(text.as_bytes()).is_none(), "{text:?}");
    }
    let thirds = |len: usize| format!("0.{}", "3".repeat(len - 2));
    assert_eq!(sum("0", &thirds(5119)), "0.33333333333333333");
    assert!(LongDouble::parse(thirds(5120).as_bytes()).is_none());
}

#[test]
fn infinities_are_told_apart_from_numbers() {
    let inf = parse("inf");
    assert!(inf.is_infinite() && parse("-Infinity").is_infinite() && !inf.is_nan());
    assert!((inf + -inf).is_nan() && (inf + -inf + inf).is_nan());
    assert!((inf + parse("1")).is_infinite() && (parse("-1") + inf).is_infinite());
    let largest = parse("1.18973149535723176502e+4932");
    assert!(!largest.is_infinite() && (largest + largest).is_infinite());
    assert_eq!(((-inf).to_human(), (inf + -inf).to_human()), ("-inf".into(), "nan".into()));
}

#[test]
fn the_smallest_numbers_round_as_all_others() {
    let smallest = parse("0x1p-16445");
    assert_eq!(smallest.magnitude, Magnitude::Finite { mantissa: 1, exponent: -16_445 });
    assert_eq!(parse("0x3p-16446").magnitude, Magnitude::Finite { mantissa: 2, exponent: -16_445 });
    assert!(LongDouble::parse(b"0x1p-16446").is_none());
    assert_eq!(
        (smallest + -smallest).magnitude,
        Magnitude::Finite { mantissa: 0, exponent: -16_445 }
    );
    assert_eq!(parse("3.6451995318824746025e-4951").magnitude, smallest.magnitude);
    assert!(LongDouble::parse(b"0x0.ffffffffffffffff8p16384").is_none());
    assert!(LongDouble::parse(b"0x0.ffffffffffffffffp16384").is_some());
}

proptest! {
    #[test]
    fn integers_add_exactly(a in any::<i64>(), b in any::<i64>(), shift in 0..63u32) {
        let (a, b) = (a >> shift, b >> (shift / 3));
        let expected = i128::from(a) + i128::from(b);
        prop_assert_eq!((LongDouble::from(a) + LongDouble::from(b)).to_human(), expected.to_string());
        prop_assert_eq!(sum(&a.to_string(), &b.to_string()), expected.to_string());
    }

    #[test]
    fn binary_fractions_add_exactly(a in -1i64 << 40..1 << 40, b in -1i64 << 40..1 << 40) {
        let text = |value: i64| (value as f64 / 16.0).to_string();
        prop_assert_eq!(sum(&text(a), &text(b)), text(a + b));
    }

    #[test]
    fn sums_do_not_depend_on_order(a in any::<f64>(), b in any::<f64>()) {
        prop_assume!(a.is_finite() && b.is_finite());
        let (a, b) = (parse(&format!("{a:e}")), parse(&format!("{b:e}")));
        prop_assert_eq!((a + b).to_human(), (b + a).to_human());
        prop_assert_eq!((a + -a).to_human(), "0");
    }

    #[test]
    fn large_doubles_are_exact(value in prop_oneof![1e20..1e30f64, 1e30..f64::MAX]) {
        let text = format!("{value:.0}");
        prop_assert_eq!(parse(&text).to_human(), text);
    }

    #[test]
    fn fractions_of_17_digits_come_back(value in 0.1..1.0f64) {
        prop_assert_eq!(parse(&value.to_string()).to_human(), value.to_string());
    }

    #[test]
    fn no_text_panics(text in "[-+]{0,2}(0x)?[0-9a-fin.]{0,80}([ep][-+]?[0-9]{0,25})?", noise in prop::collection::vec(any::<u8>(), 0..30)) {
        for text in [text.as_bytes(), &noise] {
            if let Some(value) = LongDouble::parse(text) {
                prop_assert!(LongDouble::parse(value.to_human().as_bytes()).is_some());
                prop_assert!(!(value + value).is_nan());
            }
        }
    }
}
